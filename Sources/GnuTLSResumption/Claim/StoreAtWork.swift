internal import SessionTickets

/// A store that is asked for a connection. If it is shared, all that is asked takes no longer than the connection waits for it;
/// what is done in between, as when trust is loaded for a record's peer, takes none of that time: what came too late would be
/// lost, and the store be blamed.
///
/// Confined to one task of one connection.
final class StoreAtWork {
  let keeping: TicketKeeping
  /// Nothing is to be claimed or removed, nor to leave by being looked at.
  let isPeeking: Bool
  private let store: any TicketStore
  /// In milliseconds.
  private var left: Double

  /// - Parameter isAfterHandshake: There is more time then.
  init(_ keeping: TicketKeeping, isAfterHandshake: Bool = false, isPeeking: Bool = false) throws(StoreError) {
    self.keeping = keeping
    self.isPeeking = isPeeking
    store = try keeping.store.get()
    left = Double(isAfterHandshake ? keeping.keepMilliseconds : keeping.claimMilliseconds)
  }

  func asking<Result: ~Copyable>(
    _ body: (any TicketStore) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    guard keeping.isShared else { return try body(store) }
    let began = Deadline.present
    defer { left -= began.millisecondsAgo }
    return try body(store.within(milliseconds: Int(min(max(left, 0), 86_400_000))))
  }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try asking { (store) throws(StoreError) in
      isPeeking
        ? try store.peek(at: place, now: now, limit: limit)
        : try store.candidates(at: place, now: now, limit: limit)
    }
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try asking { (store) throws(StoreError) in try store.read(key) }
  }

  @discardableResult
  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    guard !isPeeking else { return false }
    return try asking { (store) throws(StoreError) in try store.remove(key, because: reason) }
  }
}
