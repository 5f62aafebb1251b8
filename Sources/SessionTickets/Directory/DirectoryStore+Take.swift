extension DirectoryStore {
  public func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
    var miss = Miss()
    if let shard = try shard(of: place.server) {
      let names = try shard.names(of: place.server).filter { $0.kind != .note }
      for name in names.filter({ $0.place == place }).sorted(by: offeredBefore) {
        if let record = try claim(name, in: shard, now: now, miss: &miss) {
          notify(.lookedUp(place, name.id))
          if name.kind == .ticket { notify(.removed(name.key, .taken)) }
          return .claimed(ClaimedRecord(claiming: record, from: place))
        }
      }
      miss.otherIdentities = names.contains { $0.place != place && !now.isPast(expiry: $0.expiry) }
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
    if now.isPast(expiry: name.expiry) {
      if discard(name, in: shard, because: .expired) { miss.expired += 1 }
      return nil
    }
    switch try shard.readRecord(name) {
    case .gone: return nil
    case .damaged:
      if discard(name, in: shard, because: .damaged) { miss.damaged += 1 }
      return nil
    case .record(let record):
      // Read first, then unlinked: only with the unlink is it ours, and after it nothing can fail.
      if name.kind == .ticket, !(try shard.removeOrThrow(name)) { return nil }
      return record
    }
  }

  /// Removes what can't be used. Returns whether it was there: also if it can't be removed, as on a read-only disk.
  private func discard(_ name: RecordFileName, in shard: Shard, because reason: RemovalReason) -> Bool {
    switch shard.remove(name) {
    case .removed:
      notify(.removed(name.key, reason))
      return true
    case .gone: return false
    case .failed: return true
    }
  }
}
