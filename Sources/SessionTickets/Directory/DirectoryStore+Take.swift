extension DirectoryStore {
  public func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
    var miss = Miss()
    if let shard = try shard(of: place.server) {
      var candidates: [RecordFileName] = []
      for name in try shard.names(of: place.server) where name.kind != .note {
        if name.place == place {
          candidates.append(name)
        } else if !now.isPast(expiry: name.expiry) {
          miss.otherIdentities = true
        }
      }
      candidates.sort(by: offeredBefore)
      for name in candidates {
        if let record = try claim(name, in: shard, now: now, miss: &miss) {
          notify(.lookedUp(place, name.id))
          if name.kind == .ticket { notify(.removed(name.key, .taken)) }
          return .claimed(ClaimedRecord(claiming: record, from: place))
        }
      }
    }
    notify(.lookedUp(place, nil))
    return .miss(miss)
  }

  /// Tickets before sessions, and the newest of each first.
  private func offeredBefore(_ left: RecordFileName, _ right: RecordFileName) -> Bool {
    left.kind == right.kind ? left > right : left.kind == .ticket
  }

  /// Gets one record, or returns nil if it is expired, damaged or another's.
  private func claim(
    _ name: RecordFileName, in shard: Shard, now: WallTime, miss: inout Miss
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
    _ name: RecordFileName, _ entry: EntryName, in shard: Shard, because reason: RemovalReason
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
