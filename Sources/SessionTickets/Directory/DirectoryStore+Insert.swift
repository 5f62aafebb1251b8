import Glibc

extension DirectoryStore {
  public func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    var isPrepared = false
    do throws(StoreError) {
      try withRoom(for: place.server) { () throws(StoreError) in
        isPrepared = false
        let shard = try shardOrMake(of: place.server, now: now)
        if let generation { try require(generation, in: shard) }
        let file = try PreparedFile(in: shard.folder, contents: record.bytes, method: method, now: now)
        let name = RecordFileName(record, at: place, inserted: now)
        isPrepared = true
        try install(file, as: name, of: generation, in: shard, now: now)
      }
    } catch {
      throw isPrepared ? error : error.leavingNothing
    }
  }

  public func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try withRoom(for: key.place.server) { () throws(StoreError) in
      guard let shard = try shard(of: key.place.server) else { return false }
      let generation = try GenerationFile.read(fromShard: shard.folder)
      let siblings = try shard.names(of: key.place.server).filter { $0.place == key.place && $0.kind != .note }
      guard let old = siblings.first(where: { $0.id == key.id }) else { return false }
      guard !siblings.contains(where: { $0.id == record.header.id }) else { throw .idExists(place: shard.folder.path) }
      // All that can fail comes first; then the one unlink that decides who wins.
      let file = try PreparedFile(in: shard.folder, contents: record.bytes, method: method, now: now)
      guard try shard.removeOrThrow(EntryName(old)) else { return false }
      notify(.removed(key, .replaced))
      let name = RecordFileName(record, at: key.place, inserted: now)
      shard.rewind()
      do throws(StoreError) {
        try install(file, as: name, of: generation, in: shard, now: now)
      } catch  where error.code == .superseded {
        // Everything was removed after all, the new one too.
      }
      return true
    }
  }

  private func require(_ generation: StoreGeneration, in shard: borrowing Shard) throws(StoreError) {
    guard try GenerationFile.read(fromShard: shard.folder) == generation else {
      throw .superseded(place: shard.folder.path)
    }
  }

  /// Gives a written file its name, makes sure that its id is the only one, and lets go what is too much.
  private func install(
    _ file: consuming PreparedFile, as name: RecordFileName, of generation: StoreGeneration?, in shard: borrowing Shard,
    now: WallTime
  ) throws(StoreError) {
    guard try file.link(as: EntryName(name)) else { throw StoreError.idExists(place: shard.folder.path).leavingNothing }
    let tally: ShardTally
    do throws(StoreError) {
      // Whoever has begun another generation since it was compared may have listed the shard before the link. Who begins one
      // after this will find the record.
      if let generation { try require(generation, in: shard) }
      tally = try tallyWithoutRival(of: name, in: shard, now: now)
    } catch {
      switch shard.remove(EntryName(name)) {
      case .removed: throw error.leavingNothing
      case .gone where error.code == .superseded: throw error
      // It may be in somebody's hands: it must not be sealed again under another id.
      case .gone, .failed:
        throw StoreError(.unavailable, "a record can't be withdrawn: \(error)", place: shard.folder.path)
      }
    }
    notify(.inserted(name.key))
    let renamed = evict(tally, after: name, in: shard)
    if let renamed, let generation { try withdraw(renamed, unlessOf: generation, in: shard) }
  }

  /// Who has removed everything may have found the name from which the record was renamed meanwhile, or neither.
  private func withdraw(
    _ name: RecordFileName, unlessOf generation: StoreGeneration, in shard: borrowing Shard
  ) throws(StoreError) {
    do throws(StoreError) {
      try require(generation, in: shard)
    } catch {
      if try shard.removeOrThrow(EntryName(name)) { notify(.removed(name.key, .explicit)) }
      throw error
    }
  }

  /// Counts what is in the shard, and settles which of concurrent insertions of one id succeeds: names differ in more than the
  /// id, so the link alone doesn't.
  ///
  /// Of two, whoever links later sees the other. Who sees a lesser name withdraws. Who sees a greater one waits until
  /// its owner, who may have seen nobody and be done, withdraws or doesn't.
  private func tallyWithoutRival(
    of name: RecordFileName, in shard: borrowing Shard, now: WallTime
  ) throws(StoreError) -> ShardTally {
    for _ in 0..<20 {
      var tally = ShardTally(for: name.kind, at: name.place)
      var hasRivals = false
      var hasLesserRivals = false
      try shard.forEachNameSweeping(now: now) { other in
        tally.add(other)
        guard other.id == name.id, other.place == name.place, other.kind != .note, other != name else { return }
        hasRivals = true
        if other < name { hasLesserRivals = true }
      }
      if !hasRivals { return tally }
      if hasLesserRivals { break }
      usleep(1_000)
      shard.rewind()
    }
    throw .idExists(place: shard.folder.path)
  }

  /// Removes what the bounds ask for, if they do. What can't be removed stays: the new record is there.
  /// - Returns: The new file's name if it has got another.
  @discardableResult
  func evict(_ tally: ShardTally, after new: RecordFileName, in shard: borrowing Shard) -> RecordFileName? {
    guard !shard.bounds.allow(tally) else { return nil }
    shard.rewind()
    guard let names = try? shard.names() else { return nil }
    var victims = shard.bounds.victims(in: names, after: new)
    var renamed: RecordFileName?
    if victims.contains(where: { $0.name == new }) {
      // The clock went back, or many inserted at once. What was just inserted stays: it becomes the newest.
      guard let newer = rename(new, toFollow: names, in: shard) else { return nil }
      victims = shard.bounds.victims(in: names.filter { $0 != new } + [newer], after: newer)
      renamed = newer
    }
    for victim in victims {
      guard case .removed = shard.remove(EntryName(victim.name)), victim.name.kind != .note else { continue }
      notify(.removed(victim.name.key, victim.reason))
    }
    return renamed
  }

  /// Gives a file a time of insertion after all others. Returns nil if it has gone, or if there is no later time.
  private func rename(
    _ name: RecordFileName, toFollow names: [RecordFileName], in shard: borrowing Shard
  ) -> RecordFileName? {
    guard let newest = names.max()?.inserted.nanoseconds, newest < .max else { return nil }
    let newer = name.inserted(at: WallTime(nanoseconds: newest + 1))
    let (from, to) = (EntryName(name), EntryName(newer))
    let folder = shard.folder.descriptor.number
    return unsafe renameat(folder, from.characters, folder, to.characters) == 0 ? newer : nil
  }
}

extension RecordFileName {
  func inserted(at time: WallTime) -> RecordFileName {
    RecordFileName(place: place, inserted: time, expiry: expiry, byteCount: byteCount, kind: kind, id: id)
  }
}
