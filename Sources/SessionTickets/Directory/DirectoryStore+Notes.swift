extension DirectoryStore {
  public func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    guard let shard = try shard(of: server) else { return nil }
    for name in try notes(of: server, identity, in: shard).reversed() {
      switch try shard.folder.read(EntryName(name), atMost: NoteLimits.maximumByteCount) {
      case .contents(let note) where note.count == name.byteCount: return note
      case .contents, .unusable: _ = shard.remove(EntryName(name))
      case .missing: break
      }
    }
    return nil
  }

  public func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    if let note, note.count > NoteLimits.maximumByteCount { throw .noteTooLarge(place: path) }
    guard let note else {
      guard let shard = try shard(of: server) else { return }
      for old in try notes(of: server, identity, in: shard) { _ = try shard.removeOrThrow(EntryName(old)) }
      return
    }
    let (shard, bounds) = try shardOrMake(of: server, now: now)
    var names = try shard.namesAfterSweeping(now: now)
    let older = notes(of: server, identity, among: names)
    // A later time than the older ones have, even if the clock went back: the newest is the one that is read.
    let follow = older.last.map { $0.inserted.nanoseconds.addingReportingOverflow(1).partialValue } ?? 0
    let name = RecordFileName(
      place: notePlace(server, identity), inserted: max(now, WallTime(nanoseconds: follow)), expiry: .max,
      byteCount: note.count, kind: .note, id: RecordID(value: .random(in: .min ... .max)))
    var file = try PreparedFile(in: shard.folder, contents: note, method: method, now: now)
    guard try file.link(as: EntryName(name)) else { throw .idExists(place: shard.folder.path) }
    for old in older { _ = shard.remove(EntryName(old)) }
    names.removeAll(where: older.contains)
    evict(from: names + [name], after: name, in: shard, bounds: bounds)
  }

  private func notes(of server: Digest, _ identity: Digest?, in shard: Shard) throws(StoreError) -> [RecordFileName] {
    notes(of: server, identity, among: try shard.names(of: server))
  }

  /// Oldest first: more than one is there while somebody replaces it.
  private func notes(
    of server: Digest, _ identity: Digest?, among names: [RecordFileName]
  ) -> [RecordFileName] {
    let place = notePlace(server, identity)
    return names.filter { $0.kind == .note && $0.place == place }.sorted()
  }

  private func notePlace(_ server: Digest, _ identity: Digest?) -> StoreKey {
    StoreKey(server: server, identity: identity ?? Digest(words: (0, 0, 0, 0)))
  }
}
