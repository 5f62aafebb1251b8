internal import Glibc

/// A connected, non-blocking TCP socket, owned.
struct TCPSocket: ~Copyable {
  let descriptor: Int32
  /// How long it took to connect, in milliseconds: one round trip.
  let roundTripMilliseconds: Double

  private init(descriptor: Int32, roundTripMilliseconds: Double) {
    self.descriptor = descriptor
    self.roundTripMilliseconds = roundTripMilliseconds
  }

  deinit { close(descriptor) }

  /// Connects to the first address of a host that answers.
  static func connect(to host: String, port: UInt16, deadline: Deadline) throws(ConnectionError) -> TCPSocket {
    try unsafe AddressList(host: host, port: port).firstResult {
      (family, address, length, isLast) throws(ConnectionError) in
      let descriptor = socket(
        family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { throw failure(host, port, errno) }
      do throws(ConnectionError) {
        let start = Deadline.now()
        if unsafe Glibc.connect(descriptor, address, length) != 0 {
          guard errno == EINPROGRESS || errno == EINTR else { throw failure(host, port, errno) }
          // An address that doesn't answer must not use up the time of the others.
          guard wait(for: descriptor, POLLOUT, until: isLast ? deadline : deadline.halved) else {
            throw timeout(host, port)
          }
          let code = pendingError(descriptor)
          guard code == 0 else { throw failure(host, port, code) }
        }
        let elapsed = Double(Deadline.now() &- start) / 1_000_000
        // GnuTLS sends the last flight of a TLS 1.2 resumption as two segments: with Nagle's algorithm the second
        // would wait for the peer's delayed acknowledgement, 40 ms.
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return TCPSocket(descriptor: descriptor, roundTripMilliseconds: elapsed)
      } catch {
        close(descriptor)
        throw error
      }
    }
  }

  /// Waits until the socket can be read or written. Returns false at the deadline.
  func wait(toWrite: Bool, until deadline: Deadline?) -> Bool {
    Self.wait(for: descriptor, toWrite ? POLLOUT : POLLIN, until: deadline)
  }

  private static func wait(for descriptor: Int32, _ events: Int32, until deadline: Deadline?) -> Bool {
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, deadline?.pollTimeout ?? -1)
      if count > 0 { return true }
      if count == 0 { return false }
      // Whatever poll's failure but an interruption is: the next call on the socket tells.
      guard errno == EINTR else { return true }
    }
  }

  private static func pendingError(_ descriptor: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
  }

  private static func failure(_ host: String, _ port: UInt16, _ code: Int32) -> ConnectionError {
    ConnectionError(.notConnected, "can't connect to \(ServerIdentity(name: host, port: port))", errno: code)
  }

  private static func timeout(_ host: String, _ port: UInt16) -> ConnectionError {
    ConnectionError(.timedOut, "\(ServerIdentity(name: host, port: port)) doesn't answer: the time limit has passed")
  }
}
