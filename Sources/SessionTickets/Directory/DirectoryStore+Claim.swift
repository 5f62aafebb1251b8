import Glibc

extension DirectoryStore {
  public func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try withRoom(for: place.server) { () throws(StoreError) in
      var found = Candidates()
      if let shard = try shard(of: place.server) {
        for _ in 0..<Self.mostReplacements {
          var hasGone = false
          for name in try names(at: place, in: shard, now: now, miss: &found.miss) {
            guard found.records.count < limit else { break }
            guard let record = try read(name, in: shard, now: now, &hasGone, miss: &found.miss) else { continue }
            found.records.append(Candidate(record, at: place, inserted: name.inserted))
          }
          // What was listed has gone: somebody has taken it, or replaced it, and the newer one was there before.
          guard found.records.isEmpty, hasGone else { break }
          shard.rewind()
        }
      }
      if found.records.isEmpty { notify(.lookedUp(place, nil)) }
      return found
    }
  }

  public func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let place = candidate.key.place
    guard let shard = try shard(of: place.server) else { return nil }
    let name = RecordFileName(candidate.record, at: place, inserted: candidate.inserted)
    let entry = EntryName(name)
    guard !now.isPast(expiry: name.expiry) else {
      discard(name, entry, in: shard, because: .expired)
      return nil
    }
    // It was read before: whoever's unlink succeeds has it, and nothing can fail after that.
    let isThere = try name.kind == .ticket ? shard.removeOrThrow(entry) : shard.folder.identity(of: entry) != nil
    guard isThere else { return nil }
    notify(.lookedUp(place, name.id))
    if name.kind == .ticket { notify(.removed(name.key, .taken)) }
    return ClaimedRecord(claiming: candidate.record, from: place)
  }

  /// Lists an identity's records in the order in which they are offered: tickets before sessions, and the newest of each
  /// first.
  private func names(
    at place: StoreKey, in shard: borrowing Shard, now: WallTime, miss: inout Miss
  ) throws(StoreError) -> [RecordFileName] {
    var names: [RecordFileName] = []
    var hasOthers = false
    try shard.forEachName(of: place.server) { name in
      guard name.kind != .note else { return }
      if name.place == place {
        names.append(name)
      } else if !now.isPast(expiry: name.expiry) {
        hasOthers = true
      }
    }
    miss.otherIdentities = hasOthers
    if names.count > 1 {
      names.sort { left, right in left.kind == right.kind ? left > right : left.kind == .ticket }
    }
    return names
  }

  /// Reads one record, or returns nil if it is expired, damaged or gone.
  /// - Parameter isGone: Is set if it is.
  private func read(
    _ name: RecordFileName, in shard: borrowing Shard, now: WallTime, _ isGone: inout Bool, miss: inout Miss
  ) throws(StoreError) -> SealedRecord? {
    let entry = EntryName(name)
    if now.isPast(expiry: name.expiry) {
      if discard(name, entry, in: shard, because: .expired) { miss.expired += 1 }
      return nil
    }
    switch try shard.readRecord(name, entry) {
    case .gone:
      isGone = true
      return nil
    case .damaged:
      if discard(name, entry, in: shard, because: .damaged) { miss.damaged += 1 }
      return nil
    case .record(let record): return record
    }
  }

  /// Removes what can't be used. Returns whether it was there: also if it can't be removed, as on a read-only disk.
  @discardableResult
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
