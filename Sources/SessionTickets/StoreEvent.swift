/// Something that happened in a store.
public enum StoreEvent: Hashable, Sendable {
  case inserted(RecordKey)
  /// A take, with the record that it gave, or nil for a miss.
  case lookedUp(StoreKey, RecordID?)
  case removed(RecordKey, RemovalReason)
}

/// Is told of every event, on the thread that caused it, after the fact. It must not call the store.
public typealias StoreObserver = @Sendable (StoreEvent) -> Void
