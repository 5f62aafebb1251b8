import SessionTicketsLocking

/// A store in memory: for one process, and gone with it.
///
/// It keeps the whole contract of ``TicketStore``; bytes count as they are, without rounding. In a forked process it is empty:
/// what is there belongs to the parent.
public final class MemoryStore: TicketStore {
  public let role: StoreRole
  private let observer: StoreObserver?
  private let state: Lock<State>

  private struct State {
    let bounds: StoreBounds
    /// Whose the contents are; nil where the kernel can't tell processes apart.
    var process = ProcessGeneration.current
    /// Nil after `close`.
    var contents: MemoryContents?

    init(_ bounds: StoreBounds) {
      self.bounds = bounds
      contents = MemoryContents(bounds: bounds)
    }

    /// Begins anew in a child.
    mutating func becomeOwn() {
      let current = ProcessGeneration.current
      guard process != current else { return }
      process = current
      if contents != nil { contents = MemoryContents(bounds: bounds) }
    }

    /// Another in every process.
    var generation: StoreGeneration { StoreGeneration(contents?.generation ?? 0, process ?? 0) }
  }

  public init(role: StoreRole = .client, bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil) {
    self.role = role
    self.observer = observer
    state = Lock(State(bounds))
  }

  public func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    do throws(StoreError) {
      try change { contents, current throws(StoreError) in
        if let generation, generation != current { throw .superseded(place: "memory") }
        try contents.insert(record, at: place, now: now)
      }
    } catch {
      throw error.leavingNothing
    }
  }

  public func generation() throws(StoreError) -> StoreGeneration {
    try change { _, current throws(StoreError) in current }
  }

  public func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try change { contents, _ throws(StoreError) in contents.candidates(at: place, now: now, limit: limit) }
  }

  public func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let record = try change { contents, _ throws(StoreError) in contents.claim(candidate, now: now) }
    guard let record else { return nil }
    return ClaimedRecord(claiming: record, from: candidate.key.place)
  }

  public func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try change { contents, _ throws(StoreError) in contents.record(key) }
  }

  public func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try change { contents, _ throws(StoreError) in
      guard contents.record(key) != nil else { return false }
      try contents.refuse(existing: record.header.id, at: key.place)
      contents.remove(key, because: .replaced)
      try contents.insert(record, at: key.place, now: now)
      return true
    }
  }

  public func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try change { contents, _ throws(StoreError) in contents.remove(key, because: reason) }
  }

  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try change { contents, _ throws(StoreError) in
      contents.removeRecords(of: place.server, because: reason) {
        $0.identity == place.identity && $0.record?.header.kind == .session
      } > 0
    }
  }

  public func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try change { contents, _ throws(StoreError) in
      contents.beginGeneration()
      return contents.removeEverything(of: server, because: reason)
    }
  }

  public func removeAll() throws(StoreError) -> Int {
    try change { contents, _ throws(StoreError) in
      contents.beginGeneration()
      return contents.servers.keys.reduce(0) { $0 + contents.removeEverything(of: $1, because: .explicit) }
    }
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    try change { contents, _ throws(StoreError) in
      contents.servers.keys.reduce(0) {
        $0
          + contents.removeRecords(of: $1, because: .purged) {
            $0.record.map { now.isPast(expiry: $0.header.expiry) } ?? false
          }
      }
    }
  }

  public func count() throws(StoreError) -> StoreCount {
    try change { contents, _ throws(StoreError) in contents.count }
  }

  public func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try change { contents, _ throws(StoreError) in contents.summaries(of: server) }
  }

  public func servers() throws(StoreError) -> [Digest] {
    try change { contents, _ throws(StoreError) in contents.servers.filter { !$0.value.isEmpty }.map { $0.key } }
  }

  public func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    // Copied first, so that the closure runs without the lock and may call the store.
    let all = try change { contents, _ throws(StoreError) in contents.servers.keys.flatMap(contents.summaries) }
    for summary in all {
      guard visit(summary) else { return }
    }
  }

  public func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try change { contents, _ throws(StoreError) in contents.note(server: server, identity: identity) }
  }

  public func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    if let note, note.count > NoteLimits.maximumByteCount { throw .noteTooLarge(place: "memory") }
    try change { contents, _ throws(StoreError) in
      contents.setNote(note, server: server, identity: identity, now: now)
    }
  }

  public func close() {
    state.withLock { $0.contents = nil }
  }

  /// Works on the contents under the lock, and tells the observer after it is released.
  private func change<Result: Sendable>(
    _ body: (inout MemoryContents, StoreGeneration) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    let (result, events) = try state.withLock { state throws(StoreError) -> (Result, [StoreEvent]) in
      state.becomeOwn()
      let generation = state.generation
      // Taken out, so that it is changed where it is and not copied.
      guard var open = state.contents.take() else { throw .storeClosed(place: "memory") }
      defer { state.contents = open }
      let result = try body(&open, generation)
      return (result, open.takeEvents())
    }
    if let observer { events.forEach(observer) }
    return result
  }
}
