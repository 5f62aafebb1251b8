public import SessionTickets

/// A connected stream of bytes to a server. One thread at a time uses it.
///
/// No call waits longer than its deadline, raises a signal or starts a thread.
public protocol RedisTransport: AnyObject {
  /// Sends all of it.
  func send(_ bytes: [UInt8], until deadline: RedisDeadline) throws(RedisTransportFailure)

  /// Receives what is there, or waits for the first byte: from 1 to `limit` bytes, which are appended.
  func receive(
    into buffer: inout [UInt8], atMost limit: Int, until deadline: RedisDeadline
  ) throws(RedisTransportFailure)

  /// Whether it is usable and nothing has come since the last answer: neither bytes nor its end. Never waits.
  func isIdle() -> Bool

  /// Lets go of the descriptor. Sends nothing: another process may go on to use the connection.
  func close()
}

/// Why a connection can't be used any more.
public enum RedisTransportFailure: Error, Hashable, Sendable {
  case timedOut
  /// The server has closed it.
  case ended
  /// The system's error number.
  case system(Int32)
  /// In words that continue "the connection failed: ".
  case other(String)
}

/// Connects by TLS to a server of that name and port, at one of those addresses.
///
/// The peer is verified for `host`. It never waits longer than the deadline, for names not at all.
public typealias RedisSecureConnect =
  @Sendable (
    _ host: String, _ port: UInt16, _ addresses: [RedisAddress], _ deadline: RedisDeadline
  ) throws(StoreError) -> any RedisTransport
