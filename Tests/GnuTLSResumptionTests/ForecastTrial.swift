import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

/// One random history of a server and a store, and a forecast of the connection that follows it.
struct ForecastTrial {
  private var generator: SplitMix
  private let client: Client
  private let store: FallibleStore
  private let folder: TemporaryFolder
  private var masterKey: UInt8 = 7
  /// Of the server's certificate.
  private var kind = "ecdsa"
  /// How often something is other than usual, of 100.
  private var oddness: Int

  init(seed: UInt64) throws {
    var generator = SplitMix(seed: seed &* 977 &+ 5)
    folder = try TemporaryFolder()
    let isFolder = Bool.random(using: &generator)
    store = FallibleStore(isFolder ? DirectoryStore(path: folder.file("store")) : MemoryStore())
    var script = ServerScript()
    script.versions = [.tls12And13, .tls13, .tls12].randomElement(using: &generator) ?? .tls13
    script.tickets.count = [2, 2, 2, 2, 4, 4, 4, 1, 0].randomElement(using: &generator) ?? 2
    client = try Client(script, store: store)
    oddness = [0, 8, 20].randomElement(using: &generator) ?? 0
    self.generator = generator
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

  private mutating func pick<Value>(_ usual: Value, _ others: [Value]) -> Value {
    chance(oddness) ? others.randomElement(using: &generator) ?? usual : usual
  }

  /// The client as another process, with random options.
  /// - Parameter isLast: Also with those that break off once TCP stands, of which the server says too late what it saw.
  private mutating func anyClient(isLast: Bool = false) throws -> Client {
    var result = try client.anew()
    result.configuration.resumption = try client.resumption(key: masterKey)
    result.configuration.applicationProtocols = pick([], [["h2"], ["h2", "http/1.1"]])
    result.configuration.priority = pick(
      nil,
      ["NORMAL", "NORMAL:-VERS-TLS1.3", "NORMAL:%NO_TICKETS", "NORMAL:-AES-256-GCM"] + (isLast ? ["NONSENSE"] : []))
    result.configuration.partition = pick("", ["mine"])
    if chance(oddness) {
      result.configuration.clientCertificate = PEMKeyPair(
        certificate: Fixture.ecdsa.clientCertificate, key: Fixture.ecdsa.clientKey)
    }
    let root = pick("\(kind)-root", ["ecdsa-root-large", "ecdsa-other-root", "rsa-root", "rsa-root", "missing"])
    var policy = VerificationPolicy.file(Client.fixture("\(root).pem"))
    policy.verdictLifetime = pick(86_400, [0, 60])
    if chance(oddness / 3) { policy.pins = Set([PublicKeyPin(Array(0..<32))].compactMap(\.self)) }
    result.policy = policy
    if chance(oddness) { result.configuration.verification = .insecure }
    if chance(oddness / 2) { result.configuration.resumption = nil }
    return result
  }

  /// Something happens that isn't a connection.
  private mutating func disturb() throws {
    if chance(oddness * 2) {
      client.clock.advance(seconds: [60, 3_600, 22_000, 90_000, 8 * 86_400].randomElement(using: &generator) ?? 60)
    }
    if chance(oddness) { client.server.restart() }
    if chance(oddness) {
      kind = chance(70) ? "rsa" : "ecdsa"
      try client.server.replaceCertificates([Client.certificate(kind)])
    }
    if chance(oddness) {
      client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    }
    if chance(oddness) { client.server.update { $0.failure = nil } }
    if chance(oddness / 3) { masterKey &+= 1 }
    if chance(oddness / 2) { try damage() }
    store.fault.withLock { [isBroken = chance(oddness / 3)] in $0 = isBroken }
  }

  /// A bit of one record changes.
  private mutating func damage() throws {
    guard let stored = try client.storedRecords().randomElement(using: &generator) else { return }
    var sealed = stored.record.bytes
    sealed[sealed.count - 1] ^= 1
    guard let record = SealedRecord(sealed) else { return }
    _ = try store.remove(stored.key, because: .explicit)
    try store.insert(record, at: stored.key.place, generation: nil, now: client.clock.now)
  }

  /// - Returns: What became of the connection, in a word.
  mutating func run(_ name: Comment) throws -> String {
    for _ in 0..<Int.random(in: chance(15) ? 0...0 : 1...3, using: &generator) {
      store.fault.withLock { $0 = false }
      _ = try? anyClient().visit()
      try disturb()
    }
    if chance(8) {
      // The server has moved, and is trusted as ever.
      kind = kind == "ecdsa" ? "rsa" : "ecdsa"
      try client.server.replaceCertificates([Client.certificate(kind)])
      oddness = 0
    }
    let last = try anyClient(isLast: true)
    let before = try contents()
    let forecast: Forecast
    do {
      forecast = try last.forecast()
    } catch let failure as ConnectionError {
      #expect(throws: failure, name) { try last.connect() }
      return "failed"
    }
    #expect(try contents() == before, name)
    let count = client.server.connections.count
    // As another process: what the forecast has loaded is its own.
    var again = try client.anew()
    again.configuration = last.configuration.anew()
    let outcome = try? again.visit()
    let offer = client.server.waitForConnections(count + 1).dropFirst(count).first?.clientHello
    #expect(offer?.offersResumption == (forecast.offer != nil), name)
    guard let outcome else { return "refused" }
    #expect((outcome.ticketAge != nil || outcome.reason == .retried) == (forecast.offer != nil), name)
    guard let ticket = forecast.offer else {
      #expect(outcome.reason == forecast.reason, name)
      return outcome.reason?.rawValue ?? "wrong"
    }
    #expect(forecast.reason == nil, name)
    if let age = outcome.ticketAge { #expect(abs(client.clock.now.seconds - ticket.issued - age) <= 1, name) }
    let mayBe: [FullHandshakeReason?] = [nil, .declined, .retried]
    #expect(mayBe.contains(outcome.reason), name)
    return outcome.reason?.rawValue ?? "resumed"
  }

  /// All records and notes.
  private func contents() throws -> [String] {
    let store = store.base
    var result: [String] = []
    try store.forEachRecord {
      result.append("\($0)")
      return true
    }
    result.append("\(try store.count()) \(try store.generation())")
    return result.sorted()
  }
}

extension TLSConfiguration {
  /// The same, with nothing loaded.
  fileprivate func anew() -> TLSConfiguration {
    var result = TLSConfiguration()
    result.serverName = serverName
    result.applicationProtocols = applicationProtocols
    result.priority = priority
    result.clientCertificate = clientCertificate
    result.verification = verification
    result.resumption = resumption
    result.partition = partition
    return result
  }
}

/// A store that may be out of order.
final class FallibleStore: ForwardingStore {
  let base: any TicketStore
  let fault = Lock(false)

  init(_ base: any TicketStore) { self.base = base }

  private func check() throws(StoreError) {
    if fault.withLock({ $0 }) { throw StoreError(.unavailable, "out of order", place: "") }
  }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try check()
    return try base.candidates(at: place, now: now, limit: limit)
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try check()
    return try base.read(key)
  }

  func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try check()
    return try base.select(server: server)
  }

  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try check()
    return try base.note(server: server, identity: identity)
  }
}
