/// What a finished command has left.
public struct ProcessResult: Sendable {
  public let standardOutput: String
  public let standardError: String
  /// The exit status; nil if a signal ended it, such as the one at the time limit.
  public let status: Int32?
  public let timedOut: Bool

  /// Both streams, for commands that mix them.
  public var output: String { standardOutput + standardError }
}

/// Runs commands to their end.
public enum ProcessRunner {
  /// When a command's standard input ends.
  public enum InputEnd: Sendable {
    case atOnce
    /// When its output holds this text (or the time is over).
    case afterOutput(String)
    /// That long after the input was written.
    case after(Duration)
  }

  /// Runs a command, looked up in `PATH`, and kills it at the time limit.
  public static func run(
    _ command: [String], environment: [String: String] = [:], input: String = "", inputEnd: InputEnd = .atOnce,
    timeLimit: Duration = .seconds(20)
  ) throws -> ProcessResult {
    let process = try RunningProcess(command, environment: environment)
    process.write(input)
    switch inputEnd {
    case .atOnce: break
    case .afterOutput(let text): _ = process.waitForOutput(text, timeout: timeLimit)
    case .after(let duration): _ = process.waitForEnd(timeout: duration)
    }
    process.closeInput()
    let end = process.waitForEnd(timeout: timeLimit)
    process.terminate()
    let status: Int32? = if case .exited(let status) = end { status } else { nil }
    return ProcessResult(
      standardOutput: process.standardOutput, standardError: process.standardError, status: status,
      timedOut: end == nil)
  }
}
