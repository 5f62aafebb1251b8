extension DirectoryStore {
  public func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    guard let shard = try shard(of: key.place.server), let name = try shard.name(of: key) else { return false }
    return try remove([name], from: shard, because: reason) > 0
  }

  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    guard let shard = try shard(of: place.server) else { return false }
    let sessions = try shard.names(of: place.server).filter { $0.place == place && $0.kind == .session }
    return try remove(sessions, from: shard, because: reason) > 0
  }

  public func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    guard let shard = try shard(of: server) else { return 0 }
    return try remove(try shard.names(of: server), from: shard, because: reason)
  }

  public func removeAll() throws(StoreError) -> Int {
    var count = 0
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      count += try remove(try shard.names(), from: shard, because: .explicit)
      return true
    }
    return count
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    var count = 0
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      let expired = try shard.namesAfterSweeping(now: now).filter { $0.kind != .note && now.isPast(expiry: $0.expiry) }
      count += try remove(expired, from: shard, because: .purged)
      return true
    }
    return count
  }

  /// Returns how many records this call removed; notes don't count.
  private func remove(
    _ names: [RecordFileName], from shard: borrowing Shard, because reason: RemovalReason
  ) throws(StoreError) -> Int {
    var count = 0
    for name in names {
      guard try shard.removeOrThrow(EntryName(name)), name.kind != .note else { continue }
      count += 1
      notify(.removed(name.key, reason))
    }
    return count
  }
}
