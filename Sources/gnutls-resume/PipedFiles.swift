import CGnuTLSResume
import Glibc
import SessionTickets

/// Makes files of pipes, such as those that a shell writes as `<(…)`: what the engine is given is read more than once, and
/// must not keep it waiting.
final class PipedFiles {
  /// When all must have come.
  let deadline: ContinuousClock.Instant
  /// The files that were made, and the pipes' names.
  private var made: [(file: String, pipe: RawPath)] = []

  /// In bytes: as large as a trust file may be.
  private static let mostBytes = 64 * 1024 * 1024

  init(deadline: ContinuousClock.Instant) { self.deadline = deadline }

  /// The path of a file with the same contents: the path itself, unless it is a pipe's. That file is in memory, as long as
  /// this process lives.
  /// - Parameter purpose: What it is for, for the message.
  func file(_ path: RawPath, _ purpose: String) throws -> RawPath {
    guard Self.isPipe(path) else { return path }
    func failure(_ why: String) -> PipeFailure { PipeFailure(description: "can't read \(purpose) \(path): \(why)") }
    func failure(_ number: Int32) -> PipeFailure { unsafe failure(String(cString: strerror(number))) }
    let pipe = unsafe path.withCString { unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
    guard pipe >= 0 else { throw failure(errno) }
    defer { close(pipe) }
    let memory = unsafe gnutls_resume_memory_file("gnutls-resume")
    guard memory >= 0 else { throw failure(errno) }
    let result = "/proc/self/fd/\(memory)"
    guard unsafe access(result, R_OK) == 0 else { throw failure("a pipe can be used only where there is /proc") }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    var total = 0
    while true {
      guard isReady(pipe) else { throw failure("it takes too long") }
      let count = unsafe read(pipe, &buffer, buffer.count)
      if count == 0 {
        made.append((result, path))
        return RawPath(result)
      }
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { throw failure(errno) }
        continue
      }
      total += count
      guard total <= Self.mostBytes else { throw failure("larger than 64 MiB") }
      guard StandardStreams.write(Array(buffer.prefix(count)), to: memory) else { throw failure(errno) }
    }
  }

  /// Whether there was a pipe, so that time has gone.
  var hasWaited: Bool { !made.isEmpty }

  /// A message with the names that were given in the place of those that nobody knows.
  func withGivenNames(_ message: String) -> String {
    // The longest number first: it may begin with another.
    made.sorted { $0.file.utf8.count > $1.file.utf8.count }
      .reduce(message) { $0.replacing($1.file, with: $1.pipe.description) }
  }

  private static func isPipe(_ path: RawPath) -> Bool {
    var status = stat()
    return unsafe path.withCString { unsafe stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Waits until there is something to read, or nobody left who could write. A pipe that nobody has opened yet to write
  /// isn't at its end: so it isn't read before.
  private func isReady(_ pipe: Int32) -> Bool {
    var entry = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    while true {
      let left = deadline - .now
      guard left > .zero else { return false }
      let count = unsafe poll(&entry, 1, Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up))))
      if count > 0 { return true }
      if count < 0 && errno != EINTR { return true }
    }
  }
}

private struct PipeFailure: Error, CustomStringConvertible {
  let description: String
}
