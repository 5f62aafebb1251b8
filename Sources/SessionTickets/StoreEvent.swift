/// Something that happened in a store.
public enum StoreEvent: Hashable, Sendable {
  case inserted(RecordKey)
  /// A claim, with the record that it gave; or nil: there was nothing to show for one.
  case lookedUp(StoreKey, RecordID?)
  case removed(RecordKey, RemovalReason)
}

/// Is told of every event, on the thread that caused it, after the fact. It must not call the store.
public typealias StoreObserver = @Sendable (StoreEvent) -> Void
