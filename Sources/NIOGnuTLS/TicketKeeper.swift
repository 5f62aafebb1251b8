#if NIO
internal import GnuTLSResumption
internal import NIOConcurrencyHelpers
internal import NIOPosix

/// Stores one connection's tickets on threads that may wait: one job after the other, in order.
final class TicketKeeper: Sendable {
  /// Is given nil once the pool has been shut down: nothing may wait then, and nothing is stored.
  typealias Job = @Sendable (Settlement?) -> Void

  private struct State {
    var jobs: [Job] = []
    var isRunning = false
    var outcome: Outcome
  }

  private let settlement: Settlement
  private let pool: NIOThreadPool
  private let state: NIOLockedValueBox<State>

  init(_ settlement: Settlement, pool: NIOThreadPool) {
    self.settlement = settlement
    self.pool = pool
    state = NIOLockedValueBox(State(outcome: settlement.outcome))
  }

  /// What has become of the resumption so far.
  var outcome: Outcome { state.withLockedValue { $0.outcome } }

  func submit(_ job: @escaping Job) {
    let isFirst = state.withLockedValue { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isFirst else { return }
    pool.submit { [self] poolState in run(poolState == .active ? settlement : nil) }
  }

  private func run(_ settlement: Settlement?) {
    while true {
      let jobs = state.withLockedValue { state in
        defer { state.jobs = [] }
        if state.jobs.isEmpty { state.isRunning = false }
        return state.jobs
      }
      if jobs.isEmpty { return }
      for job in jobs {
        job(settlement)
        if let settlement { state.withLockedValue { $0.outcome = settlement.outcome } }
      }
    }
  }
}

#endif
