import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Records are judged before one of them is claimed")
struct JudgedBeforeClaimTests {
  private let lines = LogLines()

  /// The same client as another process, whose engine tells what it does.
  private func anew(_ client: Client, trusting root: String) throws -> Client {
    var other = try client.anew()
    let lines = lines
    other.configuration.resumption = Resumption(
      store: client.store, masterKey: .keys(KeyRing(newest: try Client.masterKey())),
      options: ResumptionOptions(clock: { client.clock.now }, log: { lines.append($0) }))
    other.policy = .file(Client.fixture(root))
    return other
  }

  @Test(
    "a wrong trust file costs no ticket, and is noted: the stored peer isn't verified again", arguments: Mode.allCases)
  func wrongTrust(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    let before = try client.store.count()
    for time in 0..<3 {
      #expect { try anew(client, trusting: "rsa-root.pem").visit() } throws: {
        ($0 as? ConnectionError)?.code == .notTrusted
      }
      let isNoted = lines.taken().contains { $0.contains("refused under the same trust before") }
      #expect(isNoted == (time > 0), "visit \(time)")
    }
    let after = try client.store.count()
    #expect(after.records == before.records)
    #expect(try client.visit().isResumed)
  }

  @Test("a refusal holds for this handshake and this trust alone, and for a day at most")
  func refusal() throws {
    let client = try Client()
    try client.visit()
    func visit(_ root: String) throws {
      #expect(throws: ConnectionError.self) { try anew(client, trusting: root).visit() }
    }
    func isNoted() -> Bool { lines.taken().contains { $0.contains("refused under the same trust before") } }
    try visit("rsa-root.pem")
    #expect(!isNoted())
    try visit("ecdsa-other-root.pem")
    #expect(!isNoted())
    try visit("rsa-root.pem")
    #expect(isNoted())
    client.clock.advance(seconds: 24 * 3_600)
    // The tickets have lasted for six hours.
    try visit("rsa-root.pem")
    #expect(!isNoted())
  }

  @Test("tickets of one handshake are verified once, and the next newest is claimed where the newest has gone")
  func next() throws {
    var script = ServerScript()
    script.tickets.count = 4
    let store = RivalStore()
    let client = try Client(script, store: store)
    try client.visit()
    #expect(try store.count().tickets == 4)
    store.rivals = 2
    #expect(try client.visit().isResumed)
    #expect(store.claims.withLock { $0 } == 3)
  }
}

/// The lines of a log.
final class LogLines: Sendable {
  private let lines = Lock<[String]>([])

  func append(_ line: String) { lines.withLock { $0.append(line) } }

  /// Returns them, and forgets them.
  func taken() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}

/// A store from which a rival claims what was shown, just before it is claimed.
private final class RivalStore: ForwardingStore, @unchecked Sendable {
  let base: any TicketStore = MemoryStore()
  let claims = Lock(0)
  /// How many more times. Used by one thread.
  var rivals = 0

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    claims.withLock { $0 += 1 }
    if rivals > 0 {
      rivals -= 1
      _ = try base.claim(candidate, now: now)
    }
    return try base.claim(candidate, now: now)
  }
}
