import Foundation

/// A child process, with all three streams at hand. It ends with the test: also when the test process is killed.
public final class RunningProcess: Sendable {
  /// How a process ended.
  public enum End: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  private let child: ChildProcess

  /// Starts a command, looked up in `PATH`. Environment variables given here are added to the test's own.
  public init(_ command: [String], environment: [String: String] = [:]) throws {
    let child = ChildProcess(command, environment: environment)
    self.child = child
    // The kernel kills a child when the *thread* that started it ends (prctl(2), PR_SET_PDEATHSIG): so the thread
    // that starts it also waits for it.
    Thread.detachNewThread { child.run() }
    while child.state.withLock({ $0.phase == .starting }) { usleep(200) }
    if case .failed(let error) = child.state.withLock({ $0.phase }) { throw error }
  }

  deinit { terminate() }

  /// Its process id, as long as it runs.
  public var identifier: Int32 { child.state.withLock { $0.identifier } }

  /// What it has written so far.
  public var standardOutput: String { child.state.withLock { String(decoding: $0.output[0], as: UTF8.self) } }
  public var standardError: String { child.state.withLock { String(decoding: $0.output[1], as: UTF8.self) } }

  /// How it ended; nil while it runs.
  public var end: End? {
    if case .ended(let end) = child.state.withLock({ $0.phase }) { end } else { nil }
  }

  /// Writes to its standard input. A child that doesn't read it is no error.
  public func write(_ text: String) { child.write(Array(text.utf8)) }

  public func closeInput() { _ = shutdown(child.streams?.ours[0] ?? -1, Int32(SHUT_WR)) }

  /// Waits until what it has written, to either stream, holds the text. False: it ended before, or the time is over.
  public func waitForOutput(_ text: String, timeout: Duration = .seconds(10)) -> Bool {
    waitUntil(timeout) { self.standardOutput.contains(text) || self.standardError.contains(text) }
  }

  /// Waits for its end; nil if the time is over before.
  public func waitForEnd(timeout: Duration) -> End? {
    _ = waitUntil(timeout) { self.end != nil }
    return end
  }

  /// Kills it and its children, and waits for its end.
  public func terminate() {
    child.kill()
    _ = waitForEnd(timeout: .seconds(5))
  }

  private func waitUntil(_ timeout: Duration, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + timeout
    while true {
      let ended = end != nil
      if condition() { return true }
      if ended || ContinuousClock.now > deadline { return false }
      usleep(1_000)
    }
  }
}
