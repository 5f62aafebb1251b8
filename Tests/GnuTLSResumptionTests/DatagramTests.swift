import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Attaching to a session of DTLS", .needs(.openssl))
struct DatagramTests {
  @Test("a second one resumes, asked for a cookie too, by ticket and by session id", arguments: [true, false])
  func resumes(byTicket: Bool) throws {
    let application = try DatagramApplication(DatagramApplication.serving { $0.tickets = byTicket })
    let first = try application.run("first")
    #expect(first.reason == .noTicket && first.ticketsReceived == 1 && first.ticketsStored == 1)
    for word in ["second", "third"] { #expect(try application.run(word).isResumed) }
    #expect(application.server.waitForHandshakes(3).map(\.resumed) == [false, true, true])
    let messages = application.server.datagramMessages
    #expect(messages.count { $0.isSent && $0.type == DatagramMessage.helloVerifyRequest } == 3)
    #expect(messages.count { !$0.isSent && $0.type == DatagramMessage.clientHello } == 6)
  }

  @Test("a second process resumes")
  func twoProcesses() throws {
    var application = try DatagramApplication()
    let folder = try TemporaryFolder()
    application.store = DirectoryStore(path: folder.file("store"))
    for expected in [FullHandshakeReason.noTicket, nil] {
      let child = ForkedProcess.fork()
      if child == 0 { _exit(visit(application, expecting: expected)) }
      var status: Int32 = -1
      while unsafe waitpid(child, &status, WNOHANG) == 0 {
        application.server.send("answer\n")
        usleep(20_000)
      }
      #expect(status == 0)
    }
    #expect(application.server.waitForHandshakes(2).map(\.resumed) == [false, true])
  }

  /// In a child that has nothing of its parent's threads.
  private func visit(_ application: DatagramApplication, expecting reason: FullHandshakeReason?) -> Int32 {
    guard let session = try? application.session(), let attachment = try? application.attach(to: session) else {
      return 1
    }
    guard session.handshake() == 0, let outcome = try? attachment.handshakeDone(0) else { return 2 }
    session.send("hello\n")
    for _ in 0..<20 {
      guard case .success(let bytes) = session.receive() else { continue }
      guard String(decoding: bytes, as: UTF8.self).contains("answer") else { return 3 }
      attachment.detach()
      _ = unsafe gnutls_bye(session.pointer, GNUTLS_SHUT_WR)
      return outcome.reason == reason ? 0 : 4
    }
    return 5
  }

  @Test("on a non-blocking session, and with a false start", arguments: [true, false])
  func flags(isFalseStart: Bool) throws {
    var application = try DatagramApplication()
    application.flags = isFalseStart ? GNUTLS_ENABLE_FALSE_START.rawValue : UInt32(GNUTLS_NONBLOCK as Int32)
    #expect(try application.run("first").ticketsStored == 1)
    #expect(try application.run("second").isResumed)
  }

  @Test(
    "with the application's own functions, of which GnuTLS wants one for the time limit as well",
    arguments: [true, false])
  func ownFunctions(hasTimeout: Bool) throws {
    var application = try DatagramApplication()
    application.prepare = { $0.useOwnTransport(withTimeout: hasTimeout) }
    guard hasTimeout else {
      #expect(throws: RawFailure(code: GNUTLS_E_PULL_ERROR)) { try application.run() }
      return
    }
    #expect(try application.run("first").ticketsStored == 1)
    #expect(try application.run("second").isResumed)
  }

  @Test("a server that has lost its keys declines, and what it gives then is kept")
  func declined() throws {
    var application = try DatagramApplication()
    #expect(try application.run().reason == .noTicket)
    let port = application.server.port
    application.server.stop()
    let other = try DatagramApplication.serving { $0.port = port }
    let before = application
    application = try DatagramApplication(other)
    application.store = before.store
    #expect(try application.run().reason == .declined)
    #expect(try application.run("again").isResumed)
  }

  @Test("nothing is kept of a peer that isn't trusted, and nothing stays of one that isn't any more")
  func untrusted() throws {
    var application = try DatagramApplication()
    let trusting = application
    application.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(try application.store.count().records == 0)
    application.verification = unsafe .applicationVerifies { _ in false }
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(try application.store.count().records == 0)

    // Kept by one that accepts it, and refused on the resumed connection.
    application.verification = unsafe .applicationVerifies { _ in true }
    #expect(try application.run("accepted").ticketsStored == 1)
    application.verification = unsafe .applicationVerifies { _ in false }
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(try application.store.count().records == 0)
    #expect(try trusting.run("trusted").reason == .noTicket)
    #expect(try trusting.run("again").isResumed)
  }

  @Test("refused by the engine, its peer isn't offered what was stored under another trust")
  func otherTrust() throws {
    var application = try DatagramApplication()
    #expect(try application.run().ticketsStored == 1)
    application.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    #expect(throws: VerificationFailure.self) { try application.run() }
    application.server.stop()
    #expect(application.server.handshakes.map(\.resumed) == [false, false])
  }

  @Test("what is kept of TLS isn't offered by DTLS, nor the other way round, at the same name and port")
  func transports() throws {
    let datagrams = try DatagramApplication()
    var options = OpenSSLServer.Options()
    options.versions = .tls12
    options.port = datagrams.server.port
    let streams = try OpenSSLServer(options)
    let engine = try datagrams.engine()
    func visitByTLS() throws -> Outcome {
      let priority = "NORMAL:-VERS-TLS1.3"
      let session = try RawSession(port: streams.port, priority: priority)
      var identity = datagrams.identity
      identity.priority = priority
      let attachment = unsafe try engine.attach(
        to: session.pointer, identity: identity, verification: datagrams.verification)
      #expect(session.handshake() == 0)
      try attachment.handshakeDone(0)
      attachment.detach()
      return attachment.outcome
    }
    func visitByDTLS(_ word: String) throws -> Outcome {
      let session = try RawSession(
        port: datagrams.port, flags: UInt32(GNUTLS_DATAGRAM as Int32), priority: "NORMAL:-VERS-TLS1.3")
      var identity = datagrams.identity
      identity.priority = "NORMAL:-VERS-TLS1.3"
      let attachment = unsafe try engine.attach(
        to: session.pointer, identity: identity, verification: datagrams.verification)
      #expect(session.handshake() == 0)
      try attachment.handshakeDone(0)
      #expect(datagrams.exchange(word, on: session))
      attachment.detach()
      _ = unsafe gnutls_bye(session.pointer, GNUTLS_SHUT_WR)
      return attachment.outcome
    }
    #expect(try visitByTLS().reason == .noTicket)
    #expect(try visitByDTLS("first").reason == .noTicket)
    #expect(try visitByTLS().isResumed)
    #expect(try visitByDTLS("second").isResumed)
    #expect(streams.waitForHandshakes(2).map(\.resumed) == [false, true])
    #expect(datagrams.server.waitForHandshakes(2).map(\.resumed) == [false, true])

    let inventory = try engine.inventory()
    #expect(inventory.map(\.sessions) == [1, 1] && Set(inventory.map(\.server.isDatagram)) == [true, false])
    let name = "localhost:\(streams.port)"
    #expect(Set(inventory.map(\.server.description)) == [name, name + "/udp"])
    #expect(try engine.forget(name: "localhost", port: streams.port) == 2)
    #expect(try visitByDTLS("third").reason == .noTicket)
    #expect(try engine.forget(name: "localhost", port: nil) == 1)
    #expect(try datagrams.store.count().records == 0)
  }

  @Test("a record of the other transport is offered to nobody, whoever has put it there")
  func otherTransport() throws {
    let application = try DatagramApplication()
    #expect(try application.run().ticketsStored == 1)
    let key = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    var server = application.identity.server
    server.isDatagram = true
    var identity = application.identity
    identity.server = server
    let place = try IdentityDigests.place(of: identity, verification: application.verification.kind, key: key)
    let stored = try #require(application.store.candidates(at: place, now: .now(), limit: 1).records.first)
    var contents = try #require(KeyRing(newest: key).contents(of: stored.record, identity: place.identity))
    contents.protocolVersion = GNUTLS_TLS1_2.rawValue
    let record = try contents.sealed(as: .session, expiry: stored.record.header.expiry, at: place, under: key)
    try application.store.insert(record, at: place, now: .now())
    #expect(try application.run("again").reason == .damaged)
  }

  @Test("a session is known as one of datagrams whatever its MTU is", arguments: [0, 1, 1_200, 65_535] as [UInt32])
  func detection(mtu: UInt32) throws {
    for (flags, expected) in [
      (GNUTLS_CLIENT as Int32, false), (GNUTLS_SERVER as Int32, false),
      (GNUTLS_CLIENT as Int32 | GNUTLS_DATAGRAM as Int32, true),
      (GNUTLS_SERVER as Int32 | GNUTLS_DATAGRAM as Int32, true),
    ] {
      for hasPriorities in [false, true] {
        var session: gnutls_session_t?
        try #require(unsafe gnutls_init(&session, UInt32(flags)) == 0)
        defer { unsafe gnutls_deinit(session) }
        if hasPriorities { unsafe gnutls_set_default_priority(session) }
        let handle = unsafe SessionHandle(try #require(session))
        #expect(handle.isDatagram == expected)
        unsafe gnutls_dtls_set_mtu(session, mtu)
        #expect(handle.isDatagram == expected)
      }
    }
  }

  @Test("after a handshake too; and of its records only very many are data for certain")
  func records() throws {
    let application = try DatagramApplication()
    let session = try application.session()
    let handle = unsafe SessionHandle(session.pointer)
    #expect(session.handshake() == 0)
    #expect(handle.isDatagram)
    func received(wasAlert: Bool = false) -> Bool? {
      handle.hasReceivedData(besides: 0, wasAlert: wasAlert, isDatagram: true)
    }
    #expect(received() == false && !handle.hasSentData)
    #expect(application.exchange("word", on: session))
    #expect(received() == nil && handle.hasSentData)
    for index in 0..<20 {
      #expect(application.exchange("more-\(index)", on: session))
    }
    #expect(received() == true)
  }

  @Test("a port where nobody listens says nothing of the offer; who doesn't answer may have been swallowed by it")
  func unanswered() throws {
    var application = try DatagramApplication()
    #expect(try application.run().ticketsStored == 1)
    application.server.stop()
    application.prepare = { unsafe gnutls_dtls_set_timeouts($0.pointer, 50, 200) }
    for _ in 0..<2 {
      let session = try application.session()
      let attachment = try application.attach(to: session)
      let result = session.handshake()
      #expect([GNUTLS_E_PULL_ERROR, GNUTLS_E_PUSH_ERROR].contains(result))
      #expect(try attachment.handshakeDone(result).ticketAge != nil)
      attachment.detach()
    }
    let silent = try DatagramRelay(to: application.port) { _, _, _ in 0 }
    application.port = silent.port
    for isOffered in [true, false, true] {
      let session = try application.session()
      let attachment = try application.attach(to: session)
      #expect(session.handshake() == GNUTLS_E_TIMEDOUT)
      #expect((try attachment.handshakeDone(GNUTLS_E_TIMEDOUT).ticketAge != nil) == isOffered)
      attachment.detach()
    }
    silent.stop()
  }

  @Test("servers are none to attach to, of DTLS either; nor is a preloaded program's session of DTLS")
  func notForUs() throws {
    let application = try DatagramApplication()
    var session: gnutls_session_t?
    try #require(unsafe gnutls_init(&session, UInt32(GNUTLS_SERVER as Int32 | GNUTLS_DATAGRAM as Int32)) == 0)
    defer { unsafe gnutls_deinit(session) }
    let invalid = GnuTLSError(GNUTLS_E_INVALID_REQUEST)
    #expect(throws: invalid) {
      _ = unsafe try application.engine().attach(
        to: #require(session), identity: application.identity, verification: .insecure)
    }
    let client = try application.session()
    #expect(throws: invalid) {
      _ = unsafe try ForeignAttachment(
        application.engine(), to: client.pointer, identity: application.identity, policy: .system, hook: nil)
    }
  }
}
