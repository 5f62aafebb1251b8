internal import Glibc
internal import SessionTicketsLocking

/// Accepts clients on a thread of its own and serves each on another.
final class Acceptor: Sendable {
  /// More clients than that wait in the kernel's queue.
  static let limit = 64

  let log = ObservationLog()
  private let listener: Socket
  private let context: @Sendable () -> ServerContext
  private let connectionEnded: @Sendable (ObservedConnection) -> Void
  private let live = Lock(Live())

  private struct Live {
    var connections: [Int: (socket: Socket, thread: JoinableThread)] = [:]
    var finished: [Int] = []
    var isStopping = false
    var acceptThread: JoinableThread?
  }

  init(
    listener: Socket, context: @escaping @Sendable () -> ServerContext,
    connectionEnded: @escaping @Sendable (ObservedConnection) -> Void
  ) {
    self.listener = listener
    self.context = context
    self.connectionEnded = connectionEnded
  }

  func start() throws(ServerError) {
    let thread = try JoinableThread { self.acceptAll() }
    live.withLock { $0.acceptThread = thread }
  }

  /// Ends all connections and waits for their threads. Safe to call twice.
  func stop() {
    let thread = live.withLock { live in
      live.isStopping = true
      defer { live.acceptThread = nil }
      return live.acceptThread
    }
    listener.shutDown()
    thread?.join()
    dropConnections()
    listener.close()
  }

  /// Ends the connections there are and waits for their threads.
  func dropConnections() {
    let dropped = live.withLock { live in
      defer {
        live.connections = [:]
        live.finished = []
      }
      return Array(live.connections.values)
    }
    for connection in dropped { connection.socket.shutDown() }
    for connection in dropped { connection.thread.join() }
  }

  private func acceptAll() {
    while let socket = listener.accept() {
      while joinFinished() >= Self.limit { usleep(2_000) }
      let stopping = live.withLock { live in
        if !live.isStopping { serve(socket, &live) }
        return live.isStopping
      }
      if stopping { break }
    }
  }

  /// Starts a connection's thread, and notes it before it can end.
  private func serve(_ socket: Socket, _ live: inout Live) {
    let seen = log.open(tookDataOfSYN: socket.hasTakenDataOfSYN)
    let context = context()
    let thread = try? JoinableThread {
      var result = seen
      if let conversation = try? Conversation(socket: socket, context: context, log: self.log, seen: seen) {
        result = conversation.run()
      } else {
        result.state = .ended
        socket.close()
        self.log.update(result)
      }
      self.connectionEnded(result)
      self.live.withLock { $0.finished.append(seen.index) }
    }
    if let thread { live.connections[seen.index] = (socket, thread) }
  }

  /// Joins the threads that are done. Returns how many connections remain; none while stopping, so that nobody waits.
  private func joinFinished() -> Int {
    let (threads, remaining) = live.withLock { live in
      let threads = live.finished.compactMap { live.connections.removeValue(forKey: $0)?.thread }
      live.finished = []
      return (threads, live.isStopping ? 0 : live.connections.count)
    }
    for thread in threads { thread.join() }
    return remaining
  }
}
