import SessionTicketsLocking

/// Connections that wait for their next use. One is taken out while it is used, so that no thread waits for another: who finds
/// none makes one.
final class RedisKeeper: Sendable {
  private struct State {
    var isClosed = false
    var kept: [RedisConnection] = []
  }

  private static let mostKept = 4
  private let state = Lock(State())

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Takes out a connection to that server that is still usable; nil if there is none.
  func take(_ endpoint: RedisEndpoint) -> RedisConnection? {
    while true {
      let taken = state.withLock { state -> RedisConnection? in
        guard let index = state.kept.lastIndex(where: { $0.endpoint == endpoint }) else { return nil }
        return state.kept.remove(at: index)
      }
      guard let taken else { return nil }
      if taken.isUsable { return taken }
    }
  }

  func keep(_ connection: RedisConnection) {
    guard connection.isKeepable else { return }
    // What is let go of is closed outside of the lock.
    _ = state.withLock { state -> RedisConnection? in
      guard !state.isClosed else { return connection }
      state.kept.append(connection)
      return state.kept.count > Self.mostKept ? state.kept.removeFirst() : nil
    }
  }

  /// Lets go of what waits.
  func clear() {
    _ = state.withLock { state -> [RedisConnection] in
      let all = state.kept
      state.kept = []
      return all
    }
  }

  func close() {
    state.withLock { $0.isClosed = true }
    clear()
  }
}
