import Glibc
import GnuTLSResumption

/// Copies standard input to a connection and the connection to standard output, both at once, until the server closes.
struct StreamCopy {
  private let connection: TLSConnection
  private let linger: Duration
  private var pending: [UInt8] = []
  private var inputHasEnded = false
  private var hasFinishedWriting = false
  private var lastEvent = ContinuousClock.now

  /// - Parameter linger: How long after the end of the input nothing must have gone either way, before the server is
  ///   told so. A server that has not read the `close_notify` when it closes after its answer resets the connection,
  ///   and what of the answer was still on its way is lost (nginx does so).
  init(_ connection: TLSConnection, linger: Duration) {
    self.connection = connection
    self.linger = linger
  }

  consuming func run() throws {
    while true {
      var entries = [
        pollfd(fd: connection.descriptor, events: Int16(POLLIN | (pending.isEmpty ? 0 : POLLOUT)), revents: 0),
        pollfd(fd: inputHasEnded || !pending.isEmpty ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&entries, 2, pollTimeout) >= 0 || errno == EINTR else { throw ReadFailure(number: errno) }
      if let data = try connection.readAvailable() {
        if data.isEmpty { return }
        guard StandardStreams.write(data, to: STDOUT_FILENO) else { throw WriteFailure(number: errno) }
        lastEvent = .now
      }
      if entries[1].revents != 0 { try readInput() }
      if !pending.isEmpty {
        let count = try connection.writeAvailable(pending)
        pending.removeFirst(count)
        if count > 0 { lastEvent = .now }
      }
      if mayFinishWriting, .now - lastEvent >= linger {
        hasFinishedWriting = true
        try connection.finishWriting()
      }
    }
  }

  private var mayFinishWriting: Bool { inputHasEnded && pending.isEmpty && !hasFinishedWriting }

  /// Milliseconds until there is something to do without an event; -1 for never.
  private var pollTimeout: Int32 {
    // What GnuTLS has decrypted already no poll announces.
    if connection.hasBufferedData { return 0 }
    guard mayFinishWriting else { return -1 }
    let left = linger - (.now - lastEvent)
    return left <= .zero ? 0 : Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
  }

  private mutating func readInput() throws {
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count < 0 {
      guard errno == EINTR || errno == EAGAIN else { throw ReadFailure(number: errno) }
      return
    }
    guard count > 0 else {
      inputHasEnded = true
      lastEvent = .now
      return
    }
    pending = Array(buffer.prefix(count))
  }
}

struct ReadFailure: Error, CustomStringConvertible {
  let number: Int32
  var description: String { "can't read standard input: \(unsafe String(cString: strerror(number)))" }
}

struct WriteFailure: Error, CustomStringConvertible {
  let number: Int32
  var description: String { "can't write to standard output: \(unsafe String(cString: strerror(number)))" }
}
