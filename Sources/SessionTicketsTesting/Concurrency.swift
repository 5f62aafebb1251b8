import Glibc
import Synchronization

/// Runs the body on that many threads, which all begin at the same moment, and waits for all of them.
func concurrently(_ threadCount: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let gate = Gate(threadCount: threadCount)
  let threads = (0..<threadCount).map { index in
    startThread {
      gate.wait()
      body(index)
    }
  }
  for thread in threads { pthread_join(thread, nil) }
}

/// Holds threads back until all have come.
private final class Gate: Sendable {
  private let missing: Atomic<Int>

  init(threadCount: Int) { missing = Atomic(threadCount) }

  func wait() {
    missing.subtract(1, ordering: .acquiringAndReleasing)
    while missing.load(ordering: .acquiring) > 0 { sched_yield() }
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  var thread = pthread_t()
  // The thread's own function releases it.
  let argument = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  let status = unsafe pthread_create(
    &thread, nil,
    { argument in
      unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().run()
      return nil
    }, argument)
  precondition(status == 0, "no thread: error \(status)")
  return thread
}
