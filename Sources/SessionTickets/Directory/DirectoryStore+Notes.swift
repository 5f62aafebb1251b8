extension DirectoryStore {
  /// How often a file is looked for anew that is replaced again and again.
  static let mostReplacements = 16

  public func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try withRoom(for: server) { () throws(StoreError) in
      guard let shard = try shard(of: server) else { return nil }
      var last: RecordFileName?
      var replaced = 0
      while let name = try newestNote(of: server, identity, before: last, in: shard) {
        let entry = EntryName(name)
        switch try shard.folder.read(entry, atMost: NoteLimits.maximumByteCount) {
        case .contents(let note) where note.count == name.byteCount: return note
        case .contents, .unusable: _ = shard.remove(entry)
        case .missing where replaced < Self.mostReplacements:
          // Somebody has replaced it since: the newer one was there before.
          replaced += 1
          shard.rewind()
          continue
        case .missing: break
        }
        last = name
        shard.rewind()
      }
      return nil
    }
  }

  public func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    try withRoom(for: server) { () throws(StoreError) in
      if let note, note.count > NoteLimits.maximumByteCount { throw .noteTooLarge(place: path.description) }
      guard let note else {
        guard let shard = try shard(of: server) else { return }
        let place = notePlace(server, identity)
        for old in try shard.names(of: server) where old.kind == .note && old.place == place {
          _ = try shard.removeOrThrow(EntryName(old))
        }
        return
      }
      let shard = try shardOrMake(of: server, now: now)
      let place = notePlace(server, identity)
      var older: [RecordFileName] = []
      // A later time than the older ones have, even if the clock went back: the newest is the one that is read.
      var inserted = now
      var tally = ShardTally(for: .note, at: place)
      try shard.forEachNameSweeping(now: now) { name in
        guard name.kind == .note, name.place == place else { return tally.add(name) }
        older.append(name)
        inserted = max(inserted, name.inserted.next)
      }
      let name = RecordFileName(
        place: place, inserted: inserted, expiry: .max, byteCount: note.count, kind: .note,
        id: RecordID(value: .random(in: .min ... .max)))
      var file = try PreparedFile(in: shard.folder, contents: note, method: method, now: now)
      guard try file.link(as: EntryName(name)) else { throw .idExists(place: shard.folder.path) }
      for old in older { _ = shard.remove(EntryName(old)) }
      tally.add(name)
      evict(tally, after: name, in: shard)
    }
  }

  /// More than one is there while somebody replaces it.
  private func newestNote(
    of server: Digest, _ identity: Digest?, before last: RecordFileName?, in shard: borrowing Shard
  ) throws(StoreError) -> RecordFileName? {
    let place = notePlace(server, identity)
    var newest: RecordFileName?
    try shard.forEachName(of: server) { name in
      guard name.kind == .note, name.place == place else { return }
      if let last, !(name < last) { return }
      if let known = newest, !(known < name) { return }
      newest = name
    }
    return newest
  }

  private func notePlace(_ server: Digest, _ identity: Digest?) -> StoreKey {
    StoreKey(server: server, identity: identity ?? Digest(words: (0, 0, 0, 0)))
  }
}
