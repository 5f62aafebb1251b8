import SessionTickets

/// A store that hands everything on to another, but for what it does itself.
protocol ForwardingStore: TicketStore {
  var base: any TicketStore { get }
  /// Comes before each call that is handed on.
  func enter() throws(StoreError)
}

extension ForwardingStore {
  var role: StoreRole { base.role }

  func enter() throws(StoreError) {}

  private func entered() throws(StoreError) -> any TicketStore {
    try enter()
    return base
  }

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try entered().insert(record, at: place, generation: generation, now: now)
  }

  func generation() throws(StoreError) -> StoreGeneration { try entered().generation() }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try entered().candidates(at: place, now: now, limit: limit)
  }

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    try entered().claim(candidate, now: now)
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? { try entered().read(key) }

  func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try entered().replace(key, by: record, now: now)
  }

  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try entered().remove(key, because: reason)
  }

  func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try entered().removeSession(at: place, because: reason)
  }

  func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try entered().removeAll(server: server, because: reason)
  }

  func removeAll() throws(StoreError) -> Int { try entered().removeAll() }

  func purgeExpired(now: WallTime) throws(StoreError) -> Int { try entered().purgeExpired(now: now) }

  func count() throws(StoreError) -> StoreCount { try entered().count() }

  func select(server: Digest) throws(StoreError) -> [RecordSummary] { try entered().select(server: server) }

  func servers() throws(StoreError) -> [Digest] { try entered().servers() }

  func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) { try entered().forEachRecord(visit) }

  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try entered().note(server: server, identity: identity)
  }

  func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
    try entered().setNote(note, server: server, identity: identity, now: now)
  }

  func close() { base.close() }
}
