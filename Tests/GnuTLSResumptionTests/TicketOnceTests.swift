import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import Testing

@testable import GnuTLSResumption

extension TLSServer {
  /// The connections, by number, in which a ticket came that had come before.
  func repetitions() -> [Int] {
    var seen: Set<[UInt8]> = []
    var result: [Int] = []
    for (number, connection) in waitForConnections(connections.count).enumerated() {
      for ticket in connection.clientHello?.pskIdentities.map(\.identity) ?? [] where !seen.insert(ticket).inserted {
        result.append(number)
      }
    }
    return result
  }
}

@Suite("No ticket goes out twice, whatever a store says or loses")
struct TicketOnceTests {
  /// Visits, has the verdict renewed, and visits as other processes do, with no tickets to come.
  private func visitAgain(_ store: any TicketStore) throws -> Client {
    var client = try Client(store: store)
    client.policy.verdictLifetime = 3600
    try client.visit()
    client.clock.advance(seconds: 3601)
    client.server.update { $0.tickets.count = 0 }
    for _ in 0..<4 { try client.visitAnew() }
    return client
  }

  @Test("a store that shows again what it has replaced")
  func replaced() throws {
    let client = try visitAgain(KeepingStore())
    #expect(client.server.repetitions() == [])
    #expect(client.server.connections.contains { $0.isResumed })
  }

  @Test("a store that lists tickets as TLS 1.2 sessions")
  func listedAsSessions() throws {
    let client = try visitAgain(ListingStore(kind: .session))
    #expect(client.server.repetitions() == [])
    #expect(client.server.connections.filter(\.isResumed).count == 2)
  }

  @Test("a store that inserts, and says that the id is taken")
  func insertedAllTheSame() throws {
    let client = try Client(store: DenyingStore())
    #expect(try client.visit().ticketsStored == 2)
    client.server.update { $0.tickets.count = 0 }
    for _ in 0..<4 { try client.visitAnew() }
    #expect(client.server.repetitions() == [])
    #expect(client.server.connections.filter(\.isResumed).count == 2)
  }
}

/// Replaces as it should, and shows what it has replaced once there is nothing else.
private final class KeepingStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()
  private let old = Lock<[RecordKey: SealedRecord]>([:])

  func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    if let known = try base.read(key) { old.withLock { $0[key] = known } }
    return try base.replace(key, by: record, now: now)
  }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    var found = try base.candidates(at: place, now: now, limit: limit)
    let kept = old.withLock { $0.filter { $0.key.place == place }.map(\.value) }
    if found.records.isEmpty { found.records = kept.prefix(limit).map { Candidate($0, at: place, inserted: now) } }
    return found
  }

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    if old.withLock({ $0.removeValue(forKey: candidate.key) }) != nil {
      return ClaimedRecord(claiming: candidate.record, from: candidate.key.place)
    }
    return try base.claim(candidate, now: now)
  }
}

/// Inserts, and says every other time that the id is taken.
private final class DenyingStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()
  private let count = Lock(0)

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try base.insert(record, at: place, generation: generation, now: now)
    let number = count.withLock { count in
      count += 1
      return count
    }
    if !number.isMultiple(of: 2) { throw StoreError(.idExists, "made to deny", place: "test") }
  }
}
