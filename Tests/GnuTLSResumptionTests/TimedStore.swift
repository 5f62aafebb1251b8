import Glibc
import SessionTickets
import SessionTicketsLocking

@testable import GnuTLSResumption

/// A store whose every call takes as long as it may, as one behind a network does: a view of limited time gives up in time.
final class TimedStore: ForwardingStore {
  let base: any TicketStore
  /// Of each call, in milliseconds.
  let delay: Lock<Double>
  /// How long all calls were to take, its views' too, in milliseconds. A busy machine doesn't add to it.
  var waited: Double { sum.milliseconds.withLock { $0 } }
  private let sum: Sum
  private let deadline: Deadline?

  private final class Sum: Sendable {
    let milliseconds = Lock(0.0)
  }

  init(_ base: any TicketStore, delay: Double) {
    self.base = base
    self.delay = Lock(delay)
    sum = Sum()
    deadline = nil
  }

  private init(viewOf store: TimedStore, until deadline: Deadline) {
    base = store.base
    delay = Lock(store.delay.withLock { $0 })
    sum = store.sum
    self.deadline = deadline
  }

  func within(milliseconds: Int) -> any TicketStore {
    TimedStore(viewOf: self, until: Deadline(milliseconds: Double(milliseconds)))
  }

  func enter() throws(StoreError) {
    let delay = delay.withLock { $0 }
    let left = deadline.map { max(0, -$0.millisecondsAgo) } ?? .infinity
    let pause = min(delay, left)
    sum.milliseconds.withLock { $0 += pause }
    usleep(UInt32(pause * 1_000))
    if left < delay { throw StoreError(.unavailable, "the server doesn't answer in time", place: "here") }
  }
}
