import Glibc
import SessionTickets

/// Reads a file that may come from anywhere: whole, and no more than it may have.
enum WholeFile {
  /// - Parameters:
  ///   - path: Of a regular file: neither a pipe nor a device in its place holds the caller up. `-` is standard input, whatever
  ///     that is.
  ///   - limit: In bytes.
  static func read(_ path: RawPath, atMost limit: Int) throws -> [UInt8] {
    let isStandardInput = path.bytes == [UInt8(ascii: "-")]
    let name = isStandardInput ? "standard input" : path.description
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    let number = isStandardInput ? STDIN_FILENO : unsafe path.withCString { unsafe open($0, flags) }
    guard number >= 0 else { throw FileFailure("\(name) can't be opened", errno: errno) }
    defer { if !isStandardInput { close(number) } }
    if !isStandardInput {
      var status = stat()
      guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw FileFailure("\(name) is no regular file; - reads a pipe that is standard input")
      }
    }
    var result: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 * 1_024)
    while true {
      let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
      if count == 0 { return result }
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { throw FileFailure("\(name) can't be read", errno: errno) }
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
        continue
      }
      result += part.prefix(count)
      guard result.count <= limit else {
        throw FileFailure("\(name) has more than \(limit) bytes: no export is so large")
      }
    }
  }
}
