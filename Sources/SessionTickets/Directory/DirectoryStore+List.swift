extension DirectoryStore {
  public func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try withRoom(for: key.place.server) { () throws(StoreError) in
      guard let shard = try shard(of: key.place.server), let name = try shard.name(of: key),
        case .record(let record) = try shard.readRecord(name, EntryName(name))
      else { return nil }
      return record
    }
  }

  public func count() throws(StoreError) -> StoreCount {
    var count = StoreCount()
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      for name in try shard.names() {
        switch name.kind {
        case .ticket: count.tickets += 1
        case .session: count.sessions += 1
        case .note: count.notes += 1
        }
        count.bytes += name.allocatedByteCount
      }
      return true
    }
    return count
  }

  public func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try withRoom(for: server) { () throws(StoreError) in
      guard let shard = try shard(of: server) else { return [] }
      return try shard.names(of: server).sorted().compactMap { $0.summary }
    }
  }

  public func servers() throws(StoreError) -> [Digest] {
    var servers: Set<Digest> = []
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      for name in try shard.names() { servers.insert(name.place.server) }
      return true
    }
    return Array(servers)
  }

  public func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      try shard.names().compactMap { $0.summary }.allSatisfy(visit)
    }
  }
}
