internal import CSessionTickets

/// Nobody is cancelled half-way: a thread that is cancelled unwinds without letting go of what it has locked or opened.
struct Cancellation {
  private let state: Int32

  /// To be restored before the call returns.
  static func deferred() -> Cancellation { Cancellation(state: csessiontickets_defer_cancellation()) }

  func restore() { csessiontickets_restore_cancellation(state) }
}
