import SessionTickets

/// A store that has of its own only what every store must have.
final class LeanStore: TicketStore {
  private let base: MemoryStore

  init(bounds: StoreBounds, observer: StoreObserver?) { base = MemoryStore(bounds: bounds, observer: observer) }

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try base.insert(record, at: place, generation: generation, now: now)
  }

  func generation() throws(StoreError) -> StoreGeneration { try base.generation() }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try base.candidates(at: place, now: now, limit: limit)
  }

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    try base.claim(candidate, now: now)
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? { try base.read(key) }

  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try base.remove(key, because: reason)
  }

  func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try base.removeAll(server: server, because: reason)
  }

  func removeAll() throws(StoreError) -> Int { try base.removeAll() }

  func count() throws(StoreError) -> StoreCount { try base.count() }

  func servers() throws(StoreError) -> [Digest] { try base.servers() }

  func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) { try base.forEachRecord(visit) }

  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try base.note(server: server, identity: identity)
  }

  func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
    try base.setNote(note, server: server, identity: identity, now: now)
  }

  func close() { base.close() }
}
