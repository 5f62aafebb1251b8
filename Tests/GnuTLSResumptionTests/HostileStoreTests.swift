import Locking
import ScriptableTLSServer
import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("A hostile store")
struct HostileStoreTests {
  /// Remembers every record that it was ever given, and returns at random the right one, an old one, one of another
  /// identity, or a damaged one.
  final class Liar: ForwardingStore {
    let base: any TicketStore = MemoryStore()
    private let state: Lock<(seen: [SealedRecord], generator: SplitMix)>

    init(seed: UInt64) { state = Lock(([], SplitMix(seed: seed))) }

    func insert(_ record: SealedRecord, at place: StoreKey, now: WallTime) throws(StoreError) {
      state.withLock { $0.seen.append(record) }
      try base.insert(record, at: place, now: now)
    }

    func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
      let lie: SealedRecord? = state.withLock { state in
        guard let record = state.seen.randomElement(using: &state.generator) else { return nil }
        switch Int.random(in: 0..<4, using: &state.generator) {
        case 0: return nil
        case 1:
          var bytes = record.bytes
          bytes[Int.random(in: 8..<bytes.count, using: &state.generator)] ^= 1
          return SealedRecord(bytes)
        default: return record
        }
      }
      guard let lie else { return try base.take(from: place, now: now) }
      return .claimed(ClaimedRecord(claiming: lie, from: place))
    }
  }

  @Test("over 600 handshakes of two identities: no wrong resumption, no ticket twice, every connection made")
  func liar() throws {
    let store = Liar(seed: 42)
    var client = try Client(store: store)
    let verifying = client.configuration
    var insecure = verifying
    insecure.verification = .insecure
    insecure.applicationProtocols = ["insecure"]
    client.server.update { $0.alpn = ["insecure"] }
    for round in 0..<600 {
      client.configuration = round.isMultiple(of: 2) ? verifying : insecure
      try client.visit()
    }
    let seen = client.server.waitForConnections(600)
    #expect(seen.count == 600)
    #expect(seen.contains { $0.isResumed })
    let identities = seen.flatMap { $0.clientHello?.pskIdentities.map(\.identity) ?? [] }
    #expect(Set(identities).count == identities.count)
  }

  @Test("only the last offers are remembered, and each of them refuses a second")
  func memory() throws {
    let offered = OfferedTickets(capacity: 2)
    let ids = try (1...3).map { try #require(RecordID([UInt8](repeating: $0, count: 16))) }
    #expect(offered.insert(ids[0]))
    #expect(!offered.insert(ids[0]))
    #expect(offered.insert(ids[1]) && offered.insert(ids[2]))
    #expect(!offered.insert(ids[2]) && !offered.insert(ids[1]))
    #expect(offered.insert(ids[0]))
  }
}
