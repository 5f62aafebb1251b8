import CSessionTicketsTrials
import Glibc

/// Bare threads: in a forked child nothing else can be relied on.
struct Threads {
  private let thread: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Whether children of this process can go on.
  static let canFork = trial_has_thread_sanitizer() == 0

  static func start(_ body: @escaping @Sendable () -> Void) -> Threads {
    var thread = pthread_t()
    // The thread's own function releases it.
    let argument = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument)
    precondition(status == 0)
    return Threads(thread: thread)
  }

  /// Runs the body on that many threads, and waits for them.
  static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    for thread in (0..<count).map({ _ in start(body) }) { thread.join() }
  }

  func join() { pthread_join(thread, nil) }

  static func yield() { sched_yield() }
}
