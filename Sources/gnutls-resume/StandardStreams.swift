import Glibc

/// Writing to the standard streams by descriptor: whole, unbuffered, and without C's shared `FILE`s.
enum StandardStreams {
  /// Makes sure that all three are open, so that no socket or file of the store takes a closed one's number.
  ///
  /// What was closed is opened the wrong way round: using it goes on to be an error.
  static func reserve() {
    for (descriptor, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      // The lowest free number is this one: those below are open by now.
      if fcntl(descriptor, F_GETFD) < 0 { _ = unsafe open("/dev/null", flags) }
    }
  }

  /// Writes a command's result, which is an error if it doesn't arrive.
  static func out(_ text: String) throws {
    guard write(Array((text + "\n").utf8), to: STDOUT_FILENO) else { throw WriteFailure(number: errno) }
  }

  /// Tells the user something. If nobody listens, so be it.
  static func error(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  /// Writes all bytes. Returns false if the reader is gone or the disk is full.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        guard errno == EAGAIN else { return false }
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
        continue
      }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
