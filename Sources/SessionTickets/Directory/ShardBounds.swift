/// Which records have to go after an insertion: decided from a shard's listing alone, so that everyone who inserts
/// chooses the same ones.
struct ShardBounds: Hashable, Sendable {
  /// What a file of one byte takes on disk.
  static let blockSize = 4_096
  /// The least that a shard may hold, in bytes: one record of the largest size.
  static let leastBytes = SealedRecord.maximumByteCount

  let recordsPerIdentity: Int
  /// The most records and notes in one shard.
  let files: Int
  /// The most bytes in one shard.
  let bytes: Int

  init(_ bounds: StoreBounds, layout: StoreLayout) {
    recordsPerIdentity = bounds.recordsPerIdentity
    // Rounded down, so that the shards' sum keeps the bound.
    files = max(1, bounds.records / layout.shardCount)
    bytes = max(bounds.bytes / layout.shardCount, Self.leastBytes)
  }

  /// The most entries of a shard's folder that are listed, foreign ones included.
  var mostEntries: Int {
    let (several, overflow) = files.multipliedReportingOverflow(by: 4)
    return overflow ? .max : max(4_096, several)
  }

  struct Victim: Hashable, Sendable {
    let name: RecordFileName
    let reason: RemovalReason
  }

  /// What has to go from a shard with these names, one of which was just put there.
  func victims(in names: [RecordFileName], after new: RecordFileName) -> [Victim] {
    var victims: [Victim] = []
    var staying = names
    func remove(_ names: some Collection<RecordFileName>, because reason: RemovalReason) {
      guard !names.isEmpty else { return }
      victims += names.map { Victim(name: $0, reason: reason) }
      let gone = Set(names)
      staying.removeAll(where: gone.contains)
    }

    if new.kind != .note {
      let sessions = staying.filter { $0.place == new.place && $0.kind == .session }.sorted()
      remove(new.kind == .ticket ? sessions[...] : sessions.dropLast(), because: .replaced)
      let siblings = staying.filter { $0.place == new.place && $0.kind != .note }
      if siblings.count > recordsPerIdentity {
        remove(siblings.sorted().dropLast(recordsPerIdentity), because: .evicted)
      }
    }
    func isTooMuch() -> Bool {
      staying.count > files || staying.reduce(0, { $0 + $1.allocatedByteCount }) > bytes
    }
    if isTooMuch() {
      let surplus = surplus(of: staying, after: new)
      remove(surplus.older, because: .replaced)
      var (count, total) = (staying.count, staying.reduce(0) { $0 + $1.allocatedByteCount })
      let tickets = surplus.tickets.prefix { name in
        guard count > files || total > bytes else { return false }
        (count, total) = (count - 1, total - name.allocatedByteCount)
        return true
      }
      remove(tickets, because: .evicted)
    }
    if isTooMuch() {
      let newestFirst = staying.sorted(by: >)
      var total = 0
      let kept = newestFirst.prefix(files).prefix { name in
        total += name.allocatedByteCount
        return total <= bytes
      }
      remove(newestFirst.dropFirst(max(1, kept.count)), because: .evicted)
    }
    return victims
  }

  /// What others, who just put something at its place, are about to remove: nothing else goes for its sake.
  /// - Returns: Older notes and sessions of a place; and tickets over the bound of an identity, the oldest first. Who has put
  ///   those there may keep more than this process does: no more of them go than must.
  private func surplus(
    of names: [RecordFileName], after new: RecordFileName
  ) -> (older: [RecordFileName], tickets: [RecordFileName]) {
    var newer: [StoreKey: (records: Int, sessions: Int, notes: Int)] = [:]
    var (older, tickets): ([RecordFileName], [RecordFileName]) = ([], [])
    for name in names.sorted(by: >) {
      var counts = newer[name.place] ?? (0, 0, 0)
      defer { newer[name.place] = counts }
      let isOlder: Bool
      switch name.kind {
      case .note:
        counts.notes += 1
        isOlder = counts.notes > 1
      case .session:
        counts.sessions += 1
        isOlder = counts.sessions > 1
      case .ticket: isOlder = false
      }
      if isOlder {
        if name != new { older.append(name) }
        continue
      }
      guard name.kind != .note else { continue }
      counts.records += 1
      if counts.records > recordsPerIdentity, name != new { tickets.append(name) }
    }
    return (older, tickets.reversed())
  }
}

extension RecordFileName {
  /// What the file counts towards a store's bound: whole blocks.
  var allocatedByteCount: Int {
    max(1, (byteCount + ShardBounds.blockSize - 1) / ShardBounds.blockSize) * ShardBounds.blockSize
  }
}
