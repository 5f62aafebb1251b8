import SessionTicketsLocking

/// A store in memory: for one process, and gone with it.
///
/// It keeps the whole contract of ``TicketStore``; bytes count as they are, without rounding. A process that forks has
/// two of them afterwards: only one may go on to use it.
public final class MemoryStore: TicketStore {
  public let role: StoreRole
  private let observer: StoreObserver?
  /// Nil after `close`.
  private let contents: Lock<MemoryContents?>

  public init(role: StoreRole = .client, bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil) {
    self.role = role
    self.observer = observer
    contents = Lock(MemoryContents(bounds: bounds))
  }

  public func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    do throws(StoreError) {
      try change { contents throws(StoreError) in
        if let generation, generation != StoreGeneration(contents.generation) { throw .superseded(place: "memory") }
        try contents.insert(record, at: place, now: now)
      }
    } catch {
      throw error.leavingNothing
    }
  }

  public func generation() throws(StoreError) -> StoreGeneration {
    try change { contents throws(StoreError) in StoreGeneration(contents.generation) }
  }

  public func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try change { contents throws(StoreError) in contents.candidates(at: place, now: now, limit: limit) }
  }

  public func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let record = try change { contents throws(StoreError) in contents.claim(candidate, now: now) }
    guard let record else { return nil }
    return ClaimedRecord(claiming: record, from: candidate.key.place)
  }

  public func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try change { contents throws(StoreError) in contents.record(key) }
  }

  public func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try change { contents throws(StoreError) in
      guard contents.record(key) != nil else { return false }
      try contents.refuse(existing: record.header.id, at: key.place)
      contents.remove(key, because: .replaced)
      try contents.insert(record, at: key.place, now: now)
      return true
    }
  }

  public func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try change { contents throws(StoreError) in contents.remove(key, because: reason) }
  }

  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try change { contents throws(StoreError) in
      contents.removeRecords(of: place.server, because: reason) {
        $0.identity == place.identity && $0.record?.header.kind == .session
      } > 0
    }
  }

  public func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try change { contents throws(StoreError) in
      contents.beginGeneration()
      return contents.removeEverything(of: server, because: reason)
    }
  }

  public func removeAll() throws(StoreError) -> Int {
    try change { contents throws(StoreError) in
      contents.beginGeneration()
      return contents.servers.keys.reduce(0) { $0 + contents.removeEverything(of: $1, because: .explicit) }
    }
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    try change { contents throws(StoreError) in
      contents.servers.keys.reduce(0) {
        $0
          + contents.removeRecords(of: $1, because: .purged) {
            $0.record.map { now.isPast(expiry: $0.header.expiry) } ?? false
          }
      }
    }
  }

  public func count() throws(StoreError) -> StoreCount {
    try change { contents throws(StoreError) in contents.count }
  }

  public func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try change { contents throws(StoreError) in contents.summaries(of: server) }
  }

  public func servers() throws(StoreError) -> [Digest] {
    try change { contents throws(StoreError) in contents.servers.filter { !$0.value.isEmpty }.map { $0.key } }
  }

  public func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    // Copied first, so that the closure runs without the lock and may call the store.
    let all = try change { contents throws(StoreError) in contents.servers.keys.flatMap(contents.summaries) }
    for summary in all {
      guard visit(summary) else { return }
    }
  }

  public func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try change { contents throws(StoreError) in contents.note(server: server, identity: identity) }
  }

  public func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    if let note, note.count > NoteLimits.maximumByteCount { throw .noteTooLarge(place: "memory") }
    try change { contents throws(StoreError) in
      contents.setNote(note, server: server, identity: identity, now: now)
    }
  }

  public func close() {
    contents.withLock { $0 = nil }
  }

  /// Works on the contents under the lock, and tells the observer after it is released.
  private func change<Result: Sendable>(
    _ body: (inout MemoryContents) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    let (result, events) = try contents.withLock { contents throws(StoreError) -> (Result, [StoreEvent]) in
      // Taken out, so that it is changed where it is and not copied.
      guard var open = contents.take() else { throw .storeClosed(place: "memory") }
      defer { contents = open }
      let result = try body(&open)
      return (result, open.takeEvents())
    }
    if let observer { events.forEach(observer) }
    return result
  }
}
