import Glibc
import SessionTickets
import SessionTicketsLocking

@testable import GnuTLSResumption

/// A store whose every call takes as long as it may, as one behind a network does: a view of limited time gives up in time.
final class TimedStore: ForwardingStore {
  let base: any TicketStore
  /// Of each call, in milliseconds.
  let delay: Lock<Double>
  private let deadline: Deadline?

  init(_ base: any TicketStore, delay: Double, until deadline: Deadline? = nil) {
    self.base = base
    self.delay = Lock(delay)
    self.deadline = deadline
  }

  func within(milliseconds: Int) -> any TicketStore {
    TimedStore(base, delay: delay.withLock { $0 }, until: Deadline(milliseconds: Double(milliseconds)))
  }

  func enter() throws(StoreError) {
    let delay = delay.withLock { $0 }
    let left = deadline.map { max(0, -$0.millisecondsAgo) } ?? .infinity
    usleep(UInt32(min(delay, left) * 1_000))
    if left < delay { throw StoreError(.unavailable, "the server doesn't answer in time", place: "here") }
  }
}
