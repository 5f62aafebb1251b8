/// What a store needn't have of its own.
extension TicketStore {
  public var role: StoreRole { .client }

  public func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    let generation = try generation()
    guard try read(RecordKey(place: key.place, id: record.header.id)) == nil else {
      throw .idExists(place: "")
    }
    guard try remove(key, because: .replaced) else { return false }
    do throws(StoreError) {
      try insert(record, at: key.place, generation: generation, now: now)
    } catch {
      // Everything was removed since: what was put there with it.
      guard error.code == .superseded else { throw error }
    }
    return true
  }

  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    var session: RecordKey?
    try forEachRecord { record in
      if record.key.place == place, record.kind == .session { session = record.key }
      return session == nil
    }
    guard let session else { return false }
    return try remove(session, because: reason)
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    var expired: [RecordKey] = []
    try forEachRecord { record in
      if now.isPast(expiry: record.expiry) { expired.append(record.key) }
      return true
    }
    var count = 0
    for key in expired where try remove(key, because: .purged) { count += 1 }
    return count
  }

  public func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    var found: [RecordSummary] = []
    try forEachRecord { record in
      if record.key.place.server == server { found.append(record) }
      return true
    }
    return found.sorted { $0.inserted < $1.inserted }
  }
}
