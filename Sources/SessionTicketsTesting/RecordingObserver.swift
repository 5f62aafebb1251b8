public import SessionTickets
import SessionTicketsLocking

/// Keeps every event of a store, for a test to look at.
public final class RecordingObserver: Sendable {
  private let recorded = Lock<[StoreEvent]>([])

  public init() {}

  /// Hand this to a store.
  public var observe: StoreObserver { { event in self.recorded.withLock { $0.append(event) } } }

  /// What happened so far, in order.
  public var events: [StoreEvent] { recorded.withLock { $0 } }

  /// How many records left for this reason.
  public func removals(because reason: RemovalReason) -> Int {
    events.count { if case .removed(_, reason) = $0 { true } else { false } }
  }

  /// Forgets what happened so far.
  public func reset() { recorded.withLock { $0 = [] } }
}
