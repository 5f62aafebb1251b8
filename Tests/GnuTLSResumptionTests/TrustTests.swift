import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A resumed connection is never trusted more than a fresh one")
struct TrustTests {
  @Test("a trust file without the CA: not offered, and the full handshake refuses", arguments: Mode.allCases)
  func authorityRemoved(mode: Mode) throws {
    let folder = try TemporaryFolder()
    let trust = folder.file("trust.pem")
    try FileManager.default.copyItem(atPath: Client.fixture("ecdsa-root.pem"), toPath: trust)
    var client = try Client(mode.script)
    client.configuration.verification = .engineVerifies(.file(trust))
    try client.visit()
    #expect(try client.visit().isResumed)
    // Same configuration, same process: what was loaded must not be believed any more.
    try Data(contentsOf: URL(fileURLWithPath: Client.fixture("rsa-root.pem"))).write(to: URL(fileURLWithPath: trust))
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("a trust file replaced by one of the same size and time of change is read anew")
  func sameSizeAndTime() throws {
    let folder = try TemporaryFolder()
    let trust = folder.file("trust.pem")
    let root = try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-root.pem")))
    try root.write(to: URL(fileURLWithPath: trust))
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: trust)
    var client = try Client()
    client.configuration.verification = .engineVerifies(.file(trust))
    try client.visit()
    var other = try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-other-root.pem")))
    other.append(Data(repeating: 10, count: max(0, root.count - other.count)))
    try #require(other.count >= root.count)
    try other.write(to: URL(fileURLWithPath: trust))
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: trust)
    #expect(throws: ConnectionError.self) { try client.connect() }
  }

  @Test("a CA added, or the file rewritten with the same contents: resumed")
  func authorityAdded() throws {
    let folder = try TemporaryFolder()
    let trust = folder.file("trust.pem")
    let root = try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-root.pem")))
    let other = try Data(contentsOf: URL(fileURLWithPath: Client.fixture("rsa-root.pem")))
    try root.write(to: URL(fileURLWithPath: trust))
    var client = try Client()
    client.configuration.verification = .engineVerifies(.file(trust))
    try client.visit()
    try root.write(to: URL(fileURLWithPath: trust))
    #expect(try client.visit().isResumed)
    try (other + root).write(to: URL(fileURLWithPath: trust))
    #expect(try client.visit().isResumed)
  }

  @Test("not offered because of trust: the outcome's reason says so where the full handshake is trusted")
  func trustChanged() throws {
    // The server moves to a certificate of another CA, and the client's trust with it.
    var client = try Client()
    try client.visit()
    try client.server.replaceCertificates([Client.certificate("rsa")])
    client.configuration.verification = .engineVerifies(.file(Client.fixture("rsa-root.pem")))
    #expect(try client.visit().reason == .trustChanged)
  }

  @Test("who doesn't verify gains no ticket that a verifying client could use, nor the other way round")
  func insecureFirst() throws {
    var client = try Client()
    let verification = client.configuration.verification
    client.configuration.verification = .insecure
    try client.visit()
    #expect(try client.visit().isResumed)
    client.configuration.verification = verification
    #expect(try client.visit().reason == .policyChanged)
    client.configuration.verification = .insecure
    #expect(try client.visit().isResumed)
  }

  @Test("what nobody verified has no verdict", arguments: Mode.allCases)
  func noVerdict(mode: Mode) throws {
    var client = try Client(mode.script)
    client.configuration.verification = .insecure
    try client.visit()
    try client.visit()
    var records = 0
    try client.rewriteRecords { contents in
      records += 1
      #expect(contents.verdict == nil)
    }
    #expect(records > 0)
  }

  @Test("insecure first, verifying second, with a CA that isn't trusted: refused")
  func insecureThenRefused() throws {
    var client = try Client()
    client.configuration.verification = .insecure
    try client.visit()
    client.configuration.verification = .engineVerifies(.file(Client.fixture("rsa-root.pem")))
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .notTrusted)
  }

  @Test("a stored chain whose certificates have expired: expired, and not offered")
  func chainDates() throws {
    let client = try Client()
    try client.store(chain: Credentials.chain(inFile: Fixture.ecdsa.expiredChain))
    #expect(try client.visit().reason == .expired)
    #expect(client.server.connections.first?.clientHello?.offersResumption == false)
  }

  @Test("trust that is not there at the moment costs no tickets")
  func trustNotLoaded() throws {
    var client = try Client()
    let good = client.configuration.verification
    try client.visit()
    let tickets = try client.store.count().tickets
    client.configuration.verification = .engineVerifies(.file("/nonexistent/ca.pem"))
    #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(try client.store.count().tickets == tickets)
    client.configuration.verification = good
    #expect(try client.visit().isResumed)
  }

  @Test("a connection that was refused stores nothing")
  func refusedStoresNothing() throws {
    var client = try Client()
    client.configuration.verification = .engineVerifies(.file(Client.fixture("rsa-root.pem")))
    #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(try client.store.count().records == 0)
  }

  @Test("an expired certificate and a wrong name are refused", arguments: ["expired", "name"])
  func refused(kind: String) throws {
    var client = try Client()
    if kind == "expired" {
      try client.server.replaceCertificates([Fixture.ecdsa.expiredServerCertificate])
    } else {
      client.configuration.serverName = "example.com"
    }
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .notTrusted)
    // Inside the handshake: the server learns of it, before the client has shown anything of itself.
    let seen = client.server.waitForConnections(1)[0]
    #expect(seen.handshakeError != 0 && seen.clientCertificate == nil)
  }

  @Test(
    "a name with a NUL in it is nobody's", arguments: ["localhost\0", "localhost\0.example.com", "\0localhost", ""])
  func nulInName(name: String) throws {
    var client = try Client()
    client.configuration.serverName = name
    #expect(throws: ConnectionError.self) { try client.connect() }
    let application = AttachTests.Application(client: client)
    let session = try RawSession(port: client.server.port)
    var identity = application.identity
    identity.expectedName = name
    let attachment = try unsafe client.resumption().attach(
      to: session.pointer, identity: identity, verification: application.verification)
    #expect(session.handshake() == 0)
    #expect(throws: VerificationFailure.self) { try attachment.handshakeDone(0) }
    attachment.detach()
  }

  @Test("a trust file that can't be read is named in the error")
  func unreadableTrust() throws {
    var client = try Client()
    client.configuration.verification = .engineVerifies(.file("/nonexistent/ca.pem"))
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.message.contains("/nonexistent/ca.pem") == true)
  }

  @Test("what differs in the setup leads to a full handshake without an offer", arguments: Mode.allCases)
  func policyChanged(mode: Mode) throws {
    let changes: [(inout TLSConfiguration) -> Void] = [
      { $0.applicationProtocols = ["h2"] },
      { $0.priority = mode == .tls12SessionID ? "NORMAL:-VERS-TLS1.3:%COMPAT" : "NORMAL" },
      { $0.partition = "other" },
      {
        $0.clientCertificate = PEMKeyPair(
          certificate: Client.fixture("ecdsa-client.pem"), key: Client.fixture("ecdsa-client.key"))
      },
      { $0.verification = unsafe .applicationVerifies { _ in true } },
    ]
    var client = try Client(mode.script)
    let original = client.configuration
    for change in changes {
      client.configuration = original
      try client.visit()
      change(&client.configuration)
      #expect(try client.visit().reason == .policyChanged)
      #expect(client.server.connections.last?.clientHello?.offersResumption == false)
      #expect(try client.store.removeAll() > 0)
    }
  }

  @Test("another name or another port is another server", arguments: Mode.allCases)
  func otherServer(mode: Mode) throws {
    var client = try Client(mode.script)
    try client.visit()
    client.configuration.serverName = "127.0.0.1"
    #expect(try client.visit().reason == .noTicket)
    // For addresses there is no SNI (RFC 6066, section 3).
    #expect(client.server.waitForConnections(2).map(\.serverName) == ["localhost", nil])
    client.configuration.serverName = "localhost"
    // With the same ticket key, it could resume.
    let key = try #require(TicketKey([UInt8](repeating: 1, count: TicketKey.count)))
    client.server.restart(ticketKey: key)
    try client.visit()
    let twin = try TLSServer(certificate: Client.certificate("ecdsa"), script: mode.script, ticketKey: key)
    let connection = try TLSConnection.connect(to: "127.0.0.1", port: twin.port, configuration: client.configuration)
    connection.close()
    #expect(connection.outcome.reason == .noTicket)
    #expect(twin.waitForConnections(1).first?.clientHello?.offersResumption == false)
  }

  @Test(
    "a TLS 1.2 session without extended master secret is not stored", arguments: [Mode.tls12Ticket, .tls12SessionID])
  func extendedMasterSecret(mode: Mode) throws {
    var script = mode.script
    script.extendedMasterSecret = false
    let client = try Client(script)
    let outcome = try client.visit()
    #expect(outcome.notStored == [.noExtendedMasterSecret: 1])
    #expect(try client.store.count().records == 0)
  }

  @Test("a TLS 1.2 session whose server has learnt TLS 1.3: we connect on the second try")
  func learntTLS13() throws {
    let client = try Client(Mode.tls12Ticket.script)
    try client.visit()
    client.server.update { $0.versions = .tls12And13 }
    #expect(try client.exchange().reason == .retried)
    #expect(try client.store.count().sessions == 0)
    #expect(try client.exchange().isResumed)
  }

  @Test("a TLS 1.2 session stays where the server never answered, with an offer or without")
  func neverAnswered() throws {
    var client = try Client(Mode.tls12Ticket.script)
    try client.visit()
    #expect(try client.store.count().sessions == 1)
    client.server.stop()
    let silent = try SilentServer(port: client.server.port)
    client.configuration.timeoutMilliseconds = 50
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .timedOut)
    #expect(try client.store.count().sessions == 1)
    withExtendedLifetime(silent) {}
  }

  @Test("a connection that resumes nothing removes nothing either")
  func disabled() throws {
    let client = try Client(Mode.tls12Ticket.script)
    try client.visit()
    let session = try RawSession(port: client.server.port)
    func context(isEnabled: Bool) throws -> SessionContext {
      SessionContext(
        ClientSetup(
          session: unsafe SessionHandle(session.pointer), engine: try client.resumption(),
          identity: AttachTests.Application(client: client).identity, verification: client.configuration.verification,
          credentials: nil, canReconnect: false, isEnabled: isEnabled))
    }
    try context(isEnabled: false).removeSession(because: .fatalAlert)
    #expect(try client.store.count().sessions == 1)
    try context(isEnabled: true).removeSession(because: .fatalAlert)
    #expect(try client.store.count().sessions == 0)
  }

  @Test("a fatal alert removes the TLS 1.2 session; a bare close doesn't")
  func fatalAlert() throws {
    let removed = Lock<[RemovalReason]>([])
    let store = MemoryStore(observer: { event in
      if case .removed(_, let reason) = event { removed.withLock { $0.append(reason) } }
    })
    let client = try Client(Mode.tls12Ticket.script, store: store)
    try client.visit()
    client.server.update { $0.ending = Ending(.afterReply, closeNotify: .omitted) }
    let connection = try client.connect()
    try connection.write([1])
    _ = try connection.read()
    #expect(throws: ConnectionError.self) { try connection.read() }
    // Told again: a cut answer never looks like a whole one.
    #expect(throws: ConnectionError.self) { try connection.read() }
    connection.close()
    #expect(removed.withLock { $0 }.isEmpty)
    for action in [HandshakeFailure.Action.close, .reset] {
      client.server.update {
        $0.failure = HandshakeFailure(.before, .serverHello, action: action, onlyWhenResuming: true)
      }
      #expect(try client.visit().reason == .retried)
      // Replaced by that of the second try, not removed for the first.
      #expect(removed.withLock { $0.allSatisfy { $0 == .replaced } })
    }
    // Offers rest after a second failure.
    client.clock.advance(seconds: 3_600)
    removed.withLock { $0 = [] }
    client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    #expect(try client.visit().reason == .retried)
    #expect(removed.withLock { $0 } == [.fatalAlert])
  }
}
