import Glibc

/// A command with its environment, ready to be started again and again.
struct Command {
  /// The executable's path, and its arguments.
  var words: [String]
  var environment: [String: String] = [:]
  /// What is on its standard input, which then stays open as long as the process; nil for none.
  var input: String?
}

/// What a finished process has taken.
struct Finished {
  /// From before it was started until it was over, in seconds.
  let wall: Double
  /// Of all processors, in the kernel too, in seconds.
  let processor: Double
  /// Those for which nothing was read.
  let pageFaults: Int
  let output: String
}

/// A process that was started.
struct Launched {
  let command: Command
  let id: pid_t
  let start: Double
  /// The end of the pipe from its standard output, or -1.
  let output: Int32
  /// The end of the pipe to its standard input, or -1.
  let input: Int32

  /// Waits for the end.
  /// - Throws: If the exit status is another than 0.
  func finish() throws -> Finished {
    defer { if input >= 0 { close(input) } }
    let text = output >= 0 ? Self.text(from: output) : ""
    var status: Int32 = 0
    var usage = rusage()
    while unsafe wait4(id, &status, 0, &usage) < 0, errno == EINTR {}
    let wall = monotonicSeconds() - start
    guard status == 0 else {
      throw Failure("\(command.words.joined(separator: " ")) ended with status \(status >> 8), signal \(status & 0x7F)")
    }
    return Finished(
      wall: wall, processor: usage.ru_utime.seconds + usage.ru_stime.seconds, pageFaults: usage.ru_minflt, output: text)
  }

  private static func text(from descriptor: Int32) -> String {
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }
}

/// Starts processes by posix_spawn(3): nothing of this program's size shows in their time.
enum Launcher {
  /// - Parameter isCaptured: Collect the standard output; else it is thrown away. Standard error is this process's own.
  static func start(_ command: Command, isCaptured: Bool) throws -> Launched {
    var pipes: [Int32] = [-1, -1]
    if isCaptured, unsafe pipe(&pipes) != 0 { throw Failure("no pipe", errno: errno) }
    defer { if isCaptured { close(pipes[1]) } }
    if isCaptured { _ = fcntl(pipes[0], F_SETFD, FD_CLOEXEC) }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let inputs = try command.input.map(Self.filledPipe)
    defer { if let inputs { close(inputs.reading) } }
    if let inputs {
      unsafe posix_spawn_file_actions_adddup2(&actions, inputs.reading, STDIN_FILENO)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    if isCaptured {
      unsafe posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO)
      unsafe posix_spawn_file_actions_addclose(&actions, pipes[1])
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    }

    let variables = command.environment.map { "\($0)=\($1)" }
    let arguments = CStrings(command.words)
    let environment = CStrings(variables)
    var id: pid_t = 0
    let start = monotonicSeconds()
    let code = unsafe posix_spawn(&id, command.words[0], &actions, nil, arguments.pointers, environment.pointers)
    guard code == 0 else {
      if isCaptured { close(pipes[0]) }
      if let inputs { close(inputs.writing) }
      throw Failure("can't start \(command.words[0])", errno: code)
    }
    return Launched(command: command, id: id, start: start, output: pipes[0], input: inputs?.writing ?? -1)
  }

  /// A pipe with a text in it that fits in there. No process but this one inherits it.
  private static func filledPipe(_ text: String) throws -> (reading: Int32, writing: Int32) {
    var pipes: [Int32] = [-1, -1]
    guard unsafe pipe(&pipes) == 0 else { throw Failure("no pipe", errno: errno) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    StandardStreams.write(text, to: pipes[1])
    return (pipes[0], pipes[1])
  }

  static func run(_ command: Command, isCaptured: Bool = false) throws -> Finished {
    try start(command, isCaptured: isCaptured).finish()
  }
}

/// An array of C strings with a null at its end, owned.
@safe
private final class CStrings {
  var pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) {
    unsafe pointers = strings.map { unsafe strdup($0) } + [nil]
  }

  deinit { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
}

func monotonicSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
