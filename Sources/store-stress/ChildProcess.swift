import Glibc

/// A worker's process.
struct ChildProcess {
  let id: pid_t

  /// Starts this executable again with other arguments.
  /// - Parameter host: The network namespace that is its host; nil for this process's own.
  init(_ arguments: [String], on host: String? = nil) throws {
    // By its own path: what enters the namespace becomes this executable, under the same process id.
    let executable = unsafe realpath("/proc/self/exe", nil)
    defer { unsafe free(executable) }
    guard let executable = unsafe executable.map({ unsafe String(cString: $0) }) else {
      throw ExerciseError("this executable has no path")
    }
    let wrapper = host.map { ["/usr/bin/nsenter", "--net=/run/netns/\($0)"] } ?? []
    let words = wrapper + [executable] + arguments
    var pointers = unsafe words.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
    var id: pid_t = 0
    let status = unsafe posix_spawn(&id, words[0], nil, nil, pointers, environ)
    guard status == 0 else { throw ExerciseError("no process: error \(status)") }
    self.id = id
  }

  func kill() { _ = Glibc.kill(id, SIGKILL) }

  /// Waits for the end, and returns the exit status, or -1 for a killed process.
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    return Self.exitStatus(status)
  }

  /// Returns the exit status if the process has ended.
  func ended() -> Int32? {
    var status: Int32 = 0
    return unsafe waitpid(id, &status, WNOHANG) == id ? Self.exitStatus(status) : nil
  }

  // WIFEXITED and WEXITSTATUS are macros, which Swift doesn't import.
  private static func exitStatus(_ status: Int32) -> Int32 { status & 0x7F == 0 ? status >> 8 & 0xFF : -1 }
}
