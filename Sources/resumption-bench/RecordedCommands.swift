import CBenchmark
import Glibc
import RedisSessionTickets
import SessionTickets

/// A connection to a socket that keeps what is sent on it, one command after the other, so that C can send the same.
final class RecordedCommands: RedisTransport {
  private let descriptor: Int32
  private(set) var commands: [[UInt8]] = []

  init(_ path: String) throws(StoreError) {
    descriptor = unsafe cbenchmark_connect(path)
    guard descriptor >= 0 else { throw StoreError(.unavailable, "no connection", place: path, errno: errno) }
  }

  deinit { Glibc.close(descriptor) }

  func send(_ bytes: [UInt8], until deadline: RedisDeadline) throws(RedisTransportFailure) {
    commands.append(bytes)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else { throw .system(errno) }
  }

  func receive(
    into buffer: inout [UInt8], atMost limit: Int, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = unsafe read(descriptor, &bytes, limit)
    guard count > 0 else { throw count == 0 ? .ended : .system(errno) }
    buffer += bytes.prefix(count)
  }

  func isIdle() -> Bool { true }
  func close() {}

  /// Forgets what was sent so far, and tells it.
  func take() -> [[UInt8]] {
    defer { commands = [] }
    return commands
  }
}
