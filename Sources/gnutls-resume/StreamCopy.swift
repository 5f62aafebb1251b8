import Glibc
import GnuTLSResumption

/// Copies standard input to a connection and the connection to standard output, both at once, until the server closes.
struct StreamCopy {
  private let connection: TLSConnection
  private var pending: [UInt8] = []
  private var inputHasEnded = false

  init(_ connection: TLSConnection) { self.connection = connection }

  consuming func run() throws {
    while true {
      var entries = [
        pollfd(fd: connection.descriptor, events: Int16(POLLIN | (pending.isEmpty ? 0 : POLLOUT)), revents: 0),
        pollfd(fd: inputHasEnded || !pending.isEmpty ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      ]
      // What GnuTLS has decrypted already no poll announces.
      let timeout: Int32 = connection.hasBufferedData ? 0 : -1
      guard unsafe poll(&entries, 2, timeout) >= 0 || errno == EINTR else { throw ReadFailure(number: errno) }
      if let data = try connection.readAvailable() {
        if data.isEmpty { return }
        guard StandardStreams.write(data, to: STDOUT_FILENO) else { throw WriteFailure(number: errno) }
      }
      if entries[1].revents != 0 { try readInput() }
      if !pending.isEmpty { pending.removeFirst(try connection.writeAvailable(pending)) }
    }
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
      return try connection.finishWriting()
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
