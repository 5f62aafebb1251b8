import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Early data of a session that belongs to somebody else")
struct AttachedEarlyDataTests {
  /// An application that makes its own sessions, and connects again where a handshake breaks.
  struct Application {
    var early: EarlyClient
    var verification = Verification.engineVerifies(.file(Client.fixture("ecdsa-root.pem")))
    var identity: ConnectionIdentity
    var setUp: (RawSession) -> Void = { _ in }
    var caFile: String?

    init(store: any TicketStore = MemoryStore(), _ change: (inout ServerScript) -> Void = { _ in }) throws {
      early = try EarlyClient(store: store, change)
      identity = ConnectionIdentity(server: ServerIdentity(name: "localhost", port: early.client.server.port))
    }

    func attach(_ text: String, to session: RawSession) throws -> GnuTLSResumption.Attachment {
      unsafe try early.client.resumption().attach(
        to: session.pointer, identity: identity, verification: verification, earlyData: Array(text.utf8),
        marks: RawPath(early.marks.file("marks")))
    }

    /// A connection of its own, on which a handshake is made.
    func connect(_ text: String = EarlyClient.request) throws -> (RawSession, GnuTLSResumption.Attachment, Int32) {
      let session = try RawSession(port: early.client.server.port, caFile: caFile)
      setUp(session)
      let attachment = try attach(text, to: session)
      return (session, attachment, session.handshake())
    }

    /// Connects, reads the answer, which must be right: the server sends back what comes.
    @discardableResult
    func exchange(
      _ text: String = EarlyClient.request, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
      let (session, attachment, result) = try connect(text)
      defer { attachment.detach() }
      try attachment.handshakeDone(result)
      guard result == 0 else { throw RawFailure(code: result) }
      if attachment.outcome.earlyData != .accepted {
        // A record at a time.
        for part in [text.prefix(16_384), text.dropFirst(16_384)] where !part.isEmpty { session.send(String(part)) }
      }
      var answer: [UInt8] = []
      while answer.count < text.utf8.count { answer += try session.receive().get() }
      #expect(String(decoding: answer, as: UTF8.self) == text, sourceLocation: sourceLocation)
      attachment.detach()
      return attachment.outcome
    }
  }

  private let count = EarlyClient.request.utf8.count

  @Test("goes with the first flight from the second connection on, and once")
  func accepted() throws {
    let application = try Application()
    #expect(try application.exchange().earlyData == .notOffered(.noTicket))
    for number in 2...4 {
      let outcome = try application.exchange()
      #expect(outcome.isResumed && outcome.earlyData == .accepted)
      let seen = try application.early.seen(number)
      #expect(seen.acceptedEarlyData && seen.earlyDataReceived == count && seen.bytesReceived == count)
    }
  }

  @Test("OpenSSL's s_server takes them, once", .needs(.openssl))
  func openssl() throws {
    var options = OpenSSLServer.Options()
    options.style = .plain
    options.maxEarlyData = 1_000
    let server = try OpenSSLServer(options)
    var application = try Application()
    application.identity = ConnectionIdentity(server: ServerIdentity(name: "localhost", port: server.port))
    for number in 1...4 {
      let session = try RawSession(port: server.port, flags: UInt32(GNUTLS_NONBLOCK as Int32))
      let attachment = try application.attach("GET number \(number)\n", to: session)
      let outcome = try attachment.handshakeDone(session.handshake())
      #expect(outcome.earlyData == (number == 1 ? .notOffered(.noTicket) : .accepted))
      if outcome.earlyData != .accepted { session.send("GET number \(number)\n") }
      var byte: UInt8 = 0
      while attachment.outcome.ticketsReceived == 0, session.isReadable() {
        _ = unsafe gnutls_record_recv(session.pointer, &byte, 1)
      }
      attachment.detach()
      // Else OpenSSL would forget the session.
      unsafe gnutls_bye(session.pointer, GNUTLS_SHUT_WR)
      #expect(attachment.outcome.ticketsStored > 0)
    }
    #expect(server.waitForHandshakes(4).map(\.resumed) == [false, true, true, true])
    for number in 1...4 { #expect(server.output.components(separatedBy: "GET number \(number)").count == 2) }
  }

  @Test(
    "by a server that rejects them, or has lost its keys, they are sent after the handshake", arguments: [true, false])
  func rejected(hasKeys: Bool) throws {
    let application = try Application()
    try application.exchange()
    if hasKeys {
      application.early.client.server.update { $0.earlyData = .refused }
    } else {
      application.early.client.server.restart(withFreshKeys: true)
    }
    let outcome = try application.exchange()
    #expect(outcome.isResumed == hasKeys && outcome.earlyData == .rejected)
    let seen = try application.early.seen(2)
    #expect(seen.clientHello?.offersEarlyData == true && seen.earlyDataReceived == 0 && seen.bytesReceived == count)
  }

  @Test("a HelloRetryRequest ends the handshake at once; then there are none for a day, but offers")
  func helloRetryRequest() throws {
    let application = try Application()
    try application.exchange()
    application.early.client.server.update { $0.groups = ["SECP384R1"] }
    let (session, attachment, result) = try application.connect()
    #expect(result == GNUTLS_E_INVALID_REQUEST)
    #expect(try attachment.handshakeDone(result).earlyData == .inDoubt)
    attachment.detach()
    withExtendedLifetime(session) {}
    application.early.client.server.update { $0.groups = [] }
    for expected in [EarlyDataReason.noTicket, .resting] {
      let outcome = try application.exchange()
      #expect(outcome.earlyData == .notOffered(expected) && outcome.isResumed == (expected == .resting))
    }
    application.early.client.clock.advance(seconds: 86_401)
    try application.exchange()
    #expect(try application.exchange().earlyData == .accepted)
  }

  @Test(
    "where a handshake with them breaks, the next connection sends none; if that breaks too, it wasn't for them",
    arguments: [true, false])
  func broken(isForThem: Bool) throws {
    let application = try Application { $0.tickets.count = 2 }
    let server = application.early.client.server
    try application.exchange()
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, action: .close) }
    let (session, attachment, result) = try application.connect()
    #expect(try result < 0 && attachment.handshakeDone(result).earlyData == .inDoubt)
    attachment.detach()
    withExtendedLifetime(session) {}
    if !isForThem {
      let store = application.early.client.store
      for (key, _) in try application.early.client.storedRecords() { try store.remove(key, because: .explicit) }
      #expect(throws: RawFailure.self) { try application.exchange() }
      try #require(server.waitForConnections(3).last?.clientHello?.offersEarlyData == false)
    }
    server.update { $0.failure = nil }
    let next = try application.exchange().earlyData
    #expect(next == .notOffered(isForThem ? .resting : .noTicket))
    #expect(try application.exchange().earlyData == (isForThem ? .notOffered(.resting) : .accepted))
  }

  @Test(
    "where a store can't note that they broke a handshake, or doesn't, as something was removed meanwhile, the next connection sends none either",
    arguments: [StoreError.Code.unavailable, .superseded])
  func unnoted(code: StoreError.Code) throws {
    let store = FullStore(code: code)
    let application = try Application(store: store) { $0.tickets.count = 4 }
    let server = application.early.client.server
    try application.exchange()
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, action: .close) }
    store.isFull = true
    let (session, attachment, result) = try application.connect()
    #expect(try result < 0 && attachment.handshakeDone(result).earlyData == .inDoubt)
    attachment.detach()
    withExtendedLifetime(session) {}
    #expect((attachment.outcome.storeError != nil) == (code == .unavailable))
    server.update { $0.failure = nil }
    #expect(try application.exchange().earlyData == .notOffered(.noTicket))
  }

  /// One that takes no notes any more: what is there can be read and removed.
  private final class FullStore: ForwardingStore, @unchecked Sendable {
    let base: any TicketStore = MemoryStore()
    let code: StoreError.Code
    var isFull = false

    init(code: StoreError.Code) { self.code = code }

    func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
      guard !isFull else { throw StoreError(code, "full", place: "") }
      try base.setNote(note, server: server, identity: identity, now: now)
    }
  }

  @Test("a session that is let go of without a word teaches the same")
  func abandoned() throws {
    let application = try Application { $0.tickets.count = 2 }
    try application.exchange()
    application.early.client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, action: .close) }
    let (session, attachment, _) = try application.connect()
    attachment.detach()
    withExtendedLifetime(session) {}
    application.early.client.server.update { $0.failure = nil }
    #expect(try application.exchange().earlyData == .notOffered(.resting))
  }

  @Test("with no bytes it is the plain attachment, whose tickets carry early data all the same")
  func none() throws {
    let application = try Application()
    try application.exchange()
    let session = try RawSession(port: application.early.client.server.port)
    let attachment = try application.attach("", to: session)
    let outcome = try attachment.handshakeDone(session.handshake())
    #expect(outcome.isResumed && outcome.earlyData == nil)
    session.send("x")
    _ = session.receive()
    attachment.detach()
    #expect(try application.early.seen(2).clientHello?.offersEarlyData == false)
    #expect(try application.exchange().earlyData == .accepted)
  }

  @Test("too long after it was found that they may be sent, nothing is")
  func tooLate() throws {
    let application = try Application { $0.tickets.count = 2 }
    try application.exchange()
    let session = try RawSession(port: application.early.client.server.port)
    let attachment = try application.attach(EarlyClient.request, to: session)
    #expect(attachment.outcome.earlyData == .inDoubt)
    let context = unsafe try #require(SessionRegistry.context(of: SessionHandle(session.pointer)))
    context.earlyFlight = EarlyDataFlight(ticket: nil, latest: .present)
    let result = session.handshake()
    #expect(result < 0)
    #expect(try attachment.handshakeDone(result).earlyData == .notOffered(.verdict))
    #expect(application.early.client.server.connections.allSatisfy { $0.clientHello?.offersEarlyData != true })
    attachment.detach()
    // Nothing was learnt of the server.
    #expect(try application.exchange().earlyData == .accepted)
  }

  @Test("by no other ticket than the one that was marked: the handshake fails before anything is sent")
  func otherTicket() throws {
    let application = try Application()
    let first = try RawSession(port: application.early.client.server.port)
    #expect(first.handshake() == 0)
    first.send("x")
    _ = first.receive()
    let own = first.data().bytes
    try application.exchange()
    let session = try RawSession(port: application.early.client.server.port)
    let attachment = try application.attach(EarlyClient.request, to: session)
    #expect(session.setData(own) == 0)
    let result = session.handshake()
    #expect(result < 0)
    #expect(try attachment.handshakeDone(result).earlyData == .notOffered(.noTicket))
    #expect(application.early.client.server.connections.allSatisfy { $0.clientHello?.offersEarlyData != true })
    attachment.detach()
  }

  @Test("by the same rules as of a connection that the engine makes")
  func withheld() throws {
    func reason(
      _ name: String, text: String = EarlyClient.request, most: UInt32 = 1_000, lifetime: Int = 10_000,
      _ change: (inout Application) throws -> Void = { _ in }
    ) throws {
      var application = try Application {
        $0.maxEarlyData = most
        $0.tickets.lifetime = lifetime
      }
      try application.exchange()
      try change(&application)
      let before = application.early.client.server.connections.count
      let outcome = try application.exchange(text)
      #expect(outcome.isResumed && outcome.earlyData == .notOffered(EarlyDataReason(rawValue: name)), "\(name)")
      let seen = try application.early.seen(before + 1)
      #expect(seen.clientHello?.offersEarlyData == false, "\(name)")
    }
    try reason("notAllowed", most: 0)
    try reason("tooLarge", text: String(repeating: "x", count: 1_001))
    try reason("tooLarge", text: String(repeating: "x", count: 16_385), most: 100_000)
    try reason("age", lifetime: 1_000) { $0.early.client.clock.advance(seconds: 600) }
    try reason("otherMarks") { try $0.early.changeStored { $0.bootID[0] ^= 1 } }
    try reason("group") { try $0.early.changeStored { $0.group = 0 } }
    try reason("verification") { application in
      application.verification = unsafe .applicationVerifies { _ in true }
      try application.exchange()
    }
    try reason("verification") { application in
      application.verification = .insecure
      try application.exchange()
    }
    try reason("verdict") { application in
      var policy = VerificationPolicy.file(Client.fixture("ecdsa-root.pem"))
      policy.verdictLifetime = 0
      application.verification = .engineVerifies(policy)
    }
  }

  @Test("with the trust list of the session's own credentials it resumes, without early data")
  func sessionCredentials() throws {
    var application = try Application()
    application.verification = .engineVerifies(.sessionCredentials)
    application.caFile = Client.fixture("ecdsa-root.pem")
    try application.exchange()
    let outcome = try application.exchange()
    #expect(outcome.isResumed && outcome.earlyData == .notOffered(.verdict))
  }

  @Test("with a ticket that has carried some: it isn't offered at all, whatever its store gives back")
  func used() throws {
    let application = try Application()
    let client = application.early.client
    try application.exchange()
    let before = try client.storedRecords()
    #expect(try application.exchange().earlyData == .accepted)
    for (key, _) in try client.storedRecords() { try client.store.remove(key, because: .explicit) }
    for (key, record) in before { try client.store.insert(record, at: key.place, now: client.clock.now) }
    let outcome = try application.exchange()
    #expect(outcome.reason == .noTicket && outcome.earlyData == .notOffered(.used))
  }

  @Test("a server that takes them under another protocol than they were written for is refused")
  func anotherProtocol() throws {
    var application = try Application { $0.alpn = ["one"] }
    let server = application.early.client.server
    application.identity = ConnectionIdentity(
      server: application.identity.server, applicationProtocols: ["one", "other"])
    application.setUp = { try? unsafe SessionHandle($0.pointer).setApplicationProtocols(["one", "other"]) }
    try application.exchange()
    #expect(try application.exchange().earlyData == .accepted)
    server.update { $0.alpn = ["other"] }
    #expect(throws: VerificationFailure.earlyDataMisread) { try application.exchange() }
    #expect(try application.exchange().earlyData != .accepted)
  }
}
