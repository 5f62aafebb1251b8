import Glibc
import SessionTickets
import SessionTicketsLocking

/// A store that can go away, and be slow.
final class SwitchedStore: ForwardingStore {
  let base: any TicketStore
  private let state = Lock((isGone: false, delay: UInt32(0), calls: 0))

  init(base: any TicketStore) { self.base = base }

  var isGone: Bool {
    get { state.withLock { $0.isGone } }
    set { state.withLock { $0.isGone = newValue } }
  }

  /// Of each call, in microseconds.
  var delay: UInt32 {
    get { state.withLock { $0.delay } }
    set { state.withLock { $0.delay = newValue } }
  }

  var calls: Int { state.withLock { $0.calls } }

  func enter() throws(StoreError) {
    let (isGone, delay) = state.withLock { state in
      state.calls += 1
      return (state.isGone, state.delay)
    }
    if delay > 0 { usleep(delay) }
    if isGone { throw StoreError(.unavailable, "the store is gone", place: "here") }
  }
}
