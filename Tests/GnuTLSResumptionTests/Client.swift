import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A client of the scriptable server: store, key and trust of its own, so that tests don't meet.
struct Client {
  let server: TLSServer
  let store: any TicketStore
  let clock = ManualClock()
  var configuration = TLSConfiguration()

  static func fixture(_ name: String) -> String { "\(Fixture.folder)/\(name)" }

  static func certificate(_ kind: String) throws -> ServerCertificate {
    try Fixture(#require(Fixture.KeyType(rawValue: kind))).serverCertificate
  }

  init(
    _ script: ServerScript = ServerScript(), store: any TicketStore = MemoryStore(), certificate: String = "ecdsa",
    fastOpens: Bool = false
  ) throws {
    try self.init(
      script, store: store, serving: Client.certificate(certificate),
      trusting: .file(Client.fixture("\(certificate)-root.pem")), fastOpens: fastOpens)
  }

  init(
    _ script: ServerScript = ServerScript(), store: any TicketStore = MemoryStore(),
    serving certificate: ServerCertificate, trusting policy: VerificationPolicy, fastOpens: Bool = false
  ) throws {
    server = try TLSServer(certificate: certificate, script: script, fastOpens: fastOpens)
    self.store = store
    // GnuTLS's clients offer TLS 1.3 with a session id of their own: a TLS 1.2 server can't tell that it's being resumed.
    if script.tls12Resumption == .sessionIDs { configuration.priority = "NORMAL:-VERS-TLS1.3" }
    configuration.serverName = "localhost"
    configuration.verification = .engineVerifies(policy)
    configuration.drain = .patient
    configuration.resumption = try resumption()
  }

  /// An engine over the client's store, as another process would have: with the same key, and no memory.
  func resumption(
    key: UInt8 = 7, mayStore: (@Sendable (TicketDescription) -> Bool)? = nil
  ) throws -> Resumption {
    let master = try #require(MasterKey([UInt8](repeating: key, count: 32)))
    return Resumption(
      store: store, masterKey: .keys(KeyRing(newest: master)),
      options: ResumptionOptions(clock: { [clock] in clock.now }, mayStore: mayStore))
  }

  /// The policy that the engine verifies by.
  var policy: VerificationPolicy {
    get {
      guard case .engineVerifies(let policy) = configuration.verification else { return .system }
      return policy
    }
    set { configuration.verification = .engineVerifies(newValue) }
  }

  /// The same client in another process: with nothing loaded, and only the store in common.
  func anew() throws -> Client {
    var other = self
    other.configuration = TLSConfiguration()
    other.configuration.serverName = configuration.serverName
    other.configuration.applicationProtocols = configuration.applicationProtocols
    other.configuration.priority = configuration.priority
    other.configuration.verification = configuration.verification
    other.configuration.drain = configuration.drain
    other.configuration.resumption = try resumption()
    return other
  }

  /// Visits as another process would. Returns the outcome, and whether the trust was loaded for it.
  @discardableResult
  func visitAnew() throws -> (outcome: Outcome, loadedTrust: Bool) {
    let other = try anew()
    let outcome = try other.visit()
    return (outcome, other.configuration.credentials.hasLoadedTrust)
  }

  func connect() throws -> TLSConnection {
    try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: configuration)
  }

  /// Connects, sends a request, reads the answer, closes.
  @discardableResult
  func exchange(_ text: String = "hello") throws -> Outcome {
    let connection = try connect()
    try connection.write(Array(text.utf8))
    var answer: [UInt8] = []
    while answer.count < text.utf8.count {
      let part = try connection.read()
      if part.isEmpty { break }
      answer += part
    }
    #expect(String(decoding: answer, as: UTF8.self) == text)
    connection.close()
    return connection.outcome
  }

  /// The ids of all that is stored.
  func records() throws -> Set<RecordID> { try store.fold([]) { $0.union([$1.key.id]) } }

  /// When the last of what is stored expires, in seconds since 1970.
  func latestExpiry() throws -> Int64 { try store.fold(0) { max($0, $1.expiry) } }

  /// Connects and closes, which collects the tickets.
  @discardableResult
  func visit() throws -> Outcome {
    let connection = try connect()
    connection.close()
    // Under TLS 1.2 the client is through before the server has kept the session.
    server.waitForConnections(server.connections.count)
    return connection.outcome
  }
}

extension Drain {
  /// As servers close after the client's goodbye, this is how long machines that are busy may take to send their tickets.
  static let patient = Drain.atMost(milliseconds: 20_000)
}

/// A clock that stands where it is put; it starts at the real time, as GnuTLS has a clock of its own.
final class ManualClock: Sendable {
  private let offset = Lock<Int64>(0)

  var now: WallTime { WallTime.now().advanced(bySeconds: offset.withLock { $0 }) }

  func advance(seconds: Int64) { offset.withLock { $0 += seconds } }
}
