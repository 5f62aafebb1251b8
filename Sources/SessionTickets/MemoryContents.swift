/// What a ``MemoryStore`` holds, and the rules by which it comes and goes. Not safe for threads by itself.
struct MemoryContents {
  struct Entry {
    /// The order of insertion: it decides what is newest, whatever the clock does.
    let sequence: UInt64
    /// Nil for the note of a server.
    let identity: Digest?
    let inserted: WallTime
    let payload: Payload

    enum Payload {
      case record(SealedRecord)
      case note([UInt8])
    }

    var record: SealedRecord? {
      if case .record(let record) = payload { record } else { nil }
    }

    var byteCount: Int {
      switch payload {
      case .record(let record): record.bytes.count
      case .note(let bytes): bytes.count
      }
    }
  }

  let bounds: StoreBounds
  /// Each server's entries, oldest first.
  private(set) var servers: [Digest: [Entry]] = [:]
  private(set) var count = StoreCount()
  private var nextSequence: UInt64 = 0
  private(set) var generation: UInt64 = 0
  /// All entries, oldest first; those that have left meanwhile are skipped when their turn comes.
  private var queue: [(sequence: UInt64, server: Digest)] = []
  private var queueStart = 0
  private var events: [StoreEvent] = []

  init(bounds: StoreBounds) { self.bounds = bounds }

  mutating func takeEvents() -> [StoreEvent] {
    defer { events = [] }
    return events
  }

  // MARK: Records

  func record(_ key: RecordKey) -> SealedRecord? {
    servers[key.place.server]?.first { $0.identity == key.place.identity && $0.record?.header.id == key.id }?.record
  }

  func refuse(existing id: RecordID, at place: StoreKey) throws(StoreError) {
    if record(RecordKey(place: place, id: id)) != nil { throw .idExists(place: "memory") }
  }

  mutating func insert(_ record: SealedRecord, at place: StoreKey, now: WallTime) throws(StoreError) {
    try refuse(existing: record.header.id, at: place)
    removeRecords(of: place.server, because: .replaced) {
      $0.identity == place.identity && $0.record?.header.kind == .session
    }
    append(.record(record), server: place.server, identity: place.identity, now: now)
    events.append(.inserted(RecordKey(place: place, id: record.header.id)))
    let siblings = servers[place.server, default: []].filter { $0.identity == place.identity && $0.record != nil }
    if let oldestToKeep = siblings.suffix(bounds.recordsPerIdentity).first?.sequence {
      removeRecords(of: place.server, because: .evicted) {
        $0.identity == place.identity && $0.sequence < oldestToKeep
      }
    }
    evict()
  }

  mutating func candidates(at place: StoreKey, now: WallTime, limit: Int) -> Candidates {
    let entries = servers[place.server] ?? []
    var found = Candidates()
    found.miss.otherIdentities = entries.contains { entry in
      guard let record = entry.record, entry.identity != place.identity else { return false }
      return !now.isPast(expiry: record.header.expiry)
    }
    for kind in [RecordKind.ticket, .session] {
      for entry in entries.reversed() where entry.identity == place.identity && found.records.count < limit {
        guard let record = entry.record, record.header.kind == kind else { continue }
        if now.isPast(expiry: record.header.expiry) {
          remove(RecordKey(place: place, id: record.header.id), because: .expired)
          found.miss.expired += 1
        } else {
          found.records.append(Candidate(record, at: place, inserted: entry.inserted))
        }
      }
    }
    if found.records.isEmpty { events.append(.lookedUp(place, nil)) }
    return found
  }

  mutating func claim(_ candidate: Candidate, now: WallTime) -> SealedRecord? {
    let key = candidate.key
    guard let record = record(key) else { return nil }
    guard !now.isPast(expiry: record.header.expiry) else {
      remove(key, because: .expired)
      return nil
    }
    events.append(.lookedUp(key.place, key.id))
    if record.header.kind == .ticket { remove(key, because: .taken) }
    return record
  }

  func summaries(of server: Digest) -> [RecordSummary] {
    servers[server, default: []].compactMap { entry in
      guard let record = entry.record, let identity = entry.identity else { return nil }
      return RecordSummary(
        key: RecordKey(place: StoreKey(server: server, identity: identity), id: record.header.id),
        kind: record.header.kind, inserted: entry.inserted, expiry: record.header.expiry, byteCount: entry.byteCount)
    }
  }

  // MARK: Notes

  func note(server: Digest, identity: Digest?) -> [UInt8]? {
    for entry in servers[server] ?? [] where entry.identity == identity {
      if case .note(let bytes) = entry.payload { return bytes }
    }
    return nil
  }

  mutating func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) {
    removeEntries(of: server, because: .replaced) { $0.record == nil && $0.identity == identity }
    guard let note else { return }
    append(.note(note), server: server, identity: identity, now: now)
    evict()
  }

  // MARK: Removal

  @discardableResult
  mutating func remove(_ key: RecordKey, because reason: RemovalReason) -> Bool {
    removeRecords(of: key.place.server, because: reason) {
      $0.identity == key.place.identity && $0.record?.header.id == key.id
    } > 0
  }

  @discardableResult
  mutating func removeRecords(of server: Digest, because reason: RemovalReason, where matches: (Entry) -> Bool) -> Int {
    removeEntries(of: server, because: reason) { $0.record != nil && matches($0) }
  }

  /// Nothing that was to be kept before is to be kept any more.
  mutating func beginGeneration() { generation &+= 1 }

  mutating func removeEverything(of server: Digest, because reason: RemovalReason) -> Int {
    removeEntries(of: server, because: reason) { _ in true }
  }

  /// Returns how many of them were records.
  @discardableResult
  private mutating func removeEntries(
    of server: Digest, because reason: RemovalReason, where matches: (Entry) -> Bool
  ) -> Int {
    guard let entries = servers[server] else { return 0 }
    var kept: [Entry] = []
    var removedRecords = 0
    for entry in entries {
      guard matches(entry) else {
        kept.append(entry)
        continue
      }
      tally(entry, by: -1)
      if let record = entry.record, let identity = entry.identity {
        removedRecords += 1
        let place = StoreKey(server: server, identity: identity)
        events.append(.removed(RecordKey(place: place, id: record.header.id), reason))
      }
    }
    servers[server] = kept.isEmpty ? nil : kept
    return removedRecords
  }

  // MARK: Bounds

  private mutating func append(_ payload: Entry.Payload, server: Digest, identity: Digest?, now: WallTime) {
    let entry = Entry(sequence: nextSequence, identity: identity, inserted: now, payload: payload)
    nextSequence &+= 1
    servers[server, default: []].append(entry)
    queue.append((entry.sequence, server))
    tally(entry, by: 1)
  }

  private mutating func tally(_ entry: Entry, by step: Int) {
    switch entry.record?.header.kind {
    case .ticket: count.tickets += step
    case .session: count.sessions += step
    case nil: count.notes += step
    }
    count.bytes += step * entry.byteCount
  }

  /// Lets the oldest go until the bounds hold; the newest stays.
  private mutating func evict() {
    while count.records + count.notes > bounds.records || count.bytes > bounds.bytes, queueStart < queue.count - 1 {
      let (sequence, server) = queue[queueStart]
      removeEntries(of: server, because: .evicted) { $0.sequence == sequence }
      queueStart += 1
    }
    // What left by other ways stays in the queue until it outnumbers the rest.
    if queue.count > 2 * (count.records + count.notes) + 64 {
      queue = servers.flatMap { server, entries in entries.map { ($0.sequence, server) } }
      queue.sort { $0.sequence < $1.sequence }
      queueStart = 0
    }
  }
}
