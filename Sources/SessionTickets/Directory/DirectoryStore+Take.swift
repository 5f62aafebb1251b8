extension DirectoryStore {
  public func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
    var miss = Miss()
    if let shard = try shard(of: place.server) {
      var last: RecordFileName?
      while let name = try next(after: last, at: place, in: shard, now: now, miss: &miss) {
        if let record = try claim(name, in: shard, now: now, miss: &miss) {
          notify(.lookedUp(place, name.id))
          if name.kind == .ticket { notify(.removed(name.key, .taken)) }
          return .claimed(ClaimedRecord(claiming: record, from: place))
        }
        last = name
        shard.folder.rewind()
      }
    }
    notify(.lookedUp(place, nil))
    return .miss(miss)
  }

  /// Lists the shard for the first that is to be offered after another: nearly always the first of all is claimed, and
  /// a list of them would be made for nothing.
  private func next(
    after last: RecordFileName?, at place: StoreKey, in shard: borrowing Shard, now: WallTime, miss: inout Miss
  ) throws(StoreError) -> RecordFileName? {
    var first: RecordFileName?
    var hasOthers = false
    try shard.forEachName(of: place.server) { name in
      guard name.kind != .note else { return }
      guard name.place == place else {
        if !now.isPast(expiry: name.expiry) { hasOthers = true }
        return
      }
      if let last, !offeredBefore(last, name) { return }
      if let known = first, !offeredBefore(name, known) { return }
      first = name
    }
    if hasOthers { miss.otherIdentities = true }
    return first
  }

  /// Tickets before sessions, and the newest of each first.
  private func offeredBefore(_ left: RecordFileName, _ right: RecordFileName) -> Bool {
    left.kind == right.kind ? left > right : left.kind == .ticket
  }

  /// Gets one record, or returns nil if it is expired, damaged or another's.
  private func claim(
    _ name: RecordFileName, in shard: borrowing Shard, now: WallTime, miss: inout Miss
  ) throws(StoreError) -> SealedRecord? {
    let entry = EntryName(name)
    if now.isPast(expiry: name.expiry) {
      if discard(name, entry, in: shard, because: .expired) { miss.expired += 1 }
      return nil
    }
    switch try shard.readRecord(name, entry) {
    case .gone: return nil
    case .damaged:
      if discard(name, entry, in: shard, because: .damaged) { miss.damaged += 1 }
      return nil
    case .record(let record):
      // Read first, then unlinked: only with the unlink is it ours, and after it nothing can fail.
      if name.kind == .ticket, !(try shard.removeOrThrow(entry)) { return nil }
      return record
    }
  }

  /// Removes what can't be used. Returns whether it was there: also if it can't be removed, as on a read-only disk.
  private func discard(
    _ name: RecordFileName, _ entry: EntryName, in shard: borrowing Shard, because reason: RemovalReason
  ) -> Bool {
    switch shard.remove(entry) {
    case .removed:
      notify(.removed(name.key, reason))
      return true
    case .gone: return false
    case .failed: return true
    }
  }
}
