extension DirectoryStore {
  public func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try withRoom(for: key.place.server) { () throws(StoreError) in
      guard let shard = try shard(of: key.place.server), let name = try shard.name(of: key) else { return false }
      return try remove([name], from: shard, because: reason) > 0
    }
  }

  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try withRoom(for: place.server) { () throws(StoreError) in
      guard let shard = try shard(of: place.server) else { return false }
      let sessions = try shard.names(of: place.server).filter { $0.place == place && $0.kind == .session }
      return try remove(sessions, from: shard, because: reason) > 0
    }
  }

  public func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try removingForGood { () throws(StoreError) in
      let count = try withRoom(for: server) { () throws(StoreError) in
        // By its name: what is kept open may have been set aside, and another folder be in its place.
        guard let shard = try opened()?.shard(of: server, create: false) else { return 0 }
        return try remove(try shard.names(of: server), from: shard, because: reason)
      }
      // Whoever has a folder open that was set aside still finds in it what is there.
      return try count + removeWhatWasSetAside(of: server, because: reason)
    }
  }

  public func removeAll() throws(StoreError) -> Int {
    try removingForGood { () throws(StoreError) in
      var count = 0
      try forEachShard { (shard: borrowing Shard) throws(StoreError) in
        count += try remove(try shard.names(), from: shard, because: .explicit)
        return true
      }
      return try count + removeWhatWasSetAside(because: .explicit)
    }
  }

  /// Begins another generation, and then removes: so what was under way before is either found here, or finds out itself.
  private func removingForGood(_ remove: () throws(StoreError) -> Int) throws(StoreError) -> Int {
    var failure: StoreError?
    do throws(StoreError) {
      try beginGeneration()
    } catch {
      failure = error
    }
    // All the same: what is there must go.
    let count = try remove()
    // Where there is no store and none can be made, nobody can keep anything.
    if let failure, try opened() != nil {
      do throws(StoreError) {
        // There may be room now.
        try beginGeneration()
      } catch {
        throw failure
      }
    }
    return count
  }

  private func beginGeneration() throws(StoreError) {
    try GenerationFile.replace(in: try openedOrMade(now: .now()).folder)
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    var count = 0
    try forEachShard { (shard: borrowing Shard) throws(StoreError) in
      let expired = try shard.namesAfterSweeping(now: now).filter { $0.kind != .note && now.isPast(expiry: $0.expiry) }
      count += try remove(expired, from: shard, because: .purged)
      return true
    }
    return try count + removeWhatWasSetAside(because: .purged)
  }

  /// Returns how many records this call removed.
  private func removeWhatWasSetAside(of server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    guard let directory = try opened() else { return 0 }
    var count = 0
    try AsideFolder.forEach(in: directory.folder) { (folder) throws(StoreError) in
      var names: [RecordFileName] = []
      unsafe try folder.forEachName { name in
        if let name = unsafe RecordFileName(parsing: name, of: server) { names.append(name) }
      }
      count += try remove(names, from: Shard(folder: folder, bounds: directory.bounds), because: reason)
    }
    return count
  }

  /// Returns how many records this call removed.
  private func removeWhatWasSetAside(because reason: RemovalReason) throws(StoreError) -> Int {
    guard let directory = try opened() else { return 0 }
    var count = 0
    unsafe try AsideFolder.removeAll(in: directory.folder) { name in
      guard let name = unsafe RecordFileName(parsing: name), name.kind != .note else { return }
      count += 1
      notify(.removed(name.key, reason))
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
