internal import Glibc
internal import SessionTicketsLocking

/// What a server has seen, in the order of acceptance, for tests to read while it runs.
final class ObservationLog: Sendable {
  private let connections = Lock<[ObservedConnection]>([])

  var all: [ObservedConnection] { connections.withLock { $0 } }

  /// Notes a connection that was just accepted.
  func open(tookDataOfSYN: Bool) -> ObservedConnection {
    connections.withLock { list in
      var connection = ObservedConnection(index: list.count, acceptedAt: nanoseconds(CLOCK_REALTIME))
      connection.tookDataOfSYN = tookDataOfSYN
      list.append(connection)
      return connection
    }
  }

  func update(_ connection: ObservedConnection) { connections.withLock { $0[connection.index] = connection } }

  /// Waits until that many connections have come at least that far. Returns what was seen, be it complete or not.
  func wait(for count: Int, state: ObservedConnection.State, timeout: Duration) -> [ObservedConnection] {
    let deadline = ContinuousClock.now + timeout
    while true {
      let seen = all
      if seen.count(where: { $0.state >= state }) >= count || ContinuousClock.now >= deadline { return seen }
      usleep(1_000)
    }
  }
}

/// The clock's time in nanoseconds.
func nanoseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  _ = unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
