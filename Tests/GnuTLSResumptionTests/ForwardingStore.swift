import SessionTickets

/// A store that hands everything on to another, but for what it does itself.
protocol ForwardingStore: TicketStore {
  var base: any TicketStore { get }
}

extension ForwardingStore {
  var role: StoreRole { base.role }

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

  func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try base.replace(key, by: record, now: now)
  }

  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try base.remove(key, because: reason)
  }

  func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try base.removeSession(at: place, because: reason)
  }

  func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try base.removeAll(server: server, because: reason)
  }

  func removeAll() throws(StoreError) -> Int { try base.removeAll() }

  func purgeExpired(now: WallTime) throws(StoreError) -> Int { try base.purgeExpired(now: now) }

  func count() throws(StoreError) -> StoreCount { try base.count() }

  func select(server: Digest) throws(StoreError) -> [RecordSummary] { try base.select(server: server) }

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
