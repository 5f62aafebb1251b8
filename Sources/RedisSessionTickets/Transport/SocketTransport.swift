import Glibc
import SessionTickets

/// A TCP or Unix socket that never blocks, and is waited for with poll(2).
final class SocketTransport: RedisTransport {
  private let descriptor: Descriptor
  private var isClosed = false

  private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Connects to one of the addresses, in order.
  static func connect(
    to addresses: [RedisAddress], port: UInt16, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) -> SocketTransport {
    var failure = RedisTransportFailure.system(EADDRNOTAVAIL)
    for (index, address) in addresses.enumerated() {
      // An address that doesn't answer must not use up the time of the others.
      let limit = index == addresses.count - 1 ? deadline : deadline.halved
      do throws(RedisTransportFailure) {
        let family = address.bytes.count == 4 ? AF_INET : AF_INET6
        let transport = try connect(family, until: limit) { number in
          unsafe address.withSocketAddress(port: port) { unsafe Glibc.connect(number, $0, $1) }
        }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(transport.descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        return transport
      } catch {
        failure = error
      }
    }
    throw failure
  }

  /// Connects to a Unix socket.
  static func connect(
    to path: RawPath, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) -> SocketTransport {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(truncatingIfNeeded: AF_UNIX)
    let isShort = unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
      guard path.bytes.count < buffer.count else { return false }
      unsafe buffer.copyBytes(from: path.bytes)
      return true
    }
    guard isShort else { throw .system(ENAMETOOLONG) }
    return try connect(AF_UNIX, until: deadline) { number in
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe Glibc.connect(number, $0, socklen_t(truncatingIfNeeded: MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }

  private static func connect(
    _ family: Int32, until deadline: RedisDeadline, _ connect: (Int32) -> Int32
  ) throws(RedisTransportFailure) -> SocketTransport {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = socket(family, kind, 0)
    guard number >= 0 else { throw .system(errno) }
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else {
      let code = errno
      Glibc.close(number)
      throw .system(code)
    }
    let transport = SocketTransport(Descriptor(keeping: number, status))
    guard connect(number) != 0 else { return transport }
    // A Unix socket whose queue is full says EAGAIN, and can't be waited for (connect(2)).
    guard errno == EINPROGRESS || errno == EINTR else { throw .system(errno) }
    guard transport.wait(for: POLLOUT, until: deadline) else { throw .timedOut }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { throw .system(errno) }
    guard code == 0 else { throw .system(code) }
    return transport
  }

  func send(_ bytes: [UInt8], until deadline: RedisDeadline) throws(RedisTransportFailure) {
    guard !isClosed else { throw .ended }
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor.number, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        guard wait(for: POLLOUT, until: deadline) else { throw .timedOut }
      } else if errno != EINTR {
        throw .system(errno)
      }
    }
  }

  func receive(
    into buffer: inout [UInt8], atMost limit: Int, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) {
    guard !isClosed else { throw .ended }
    while true {
      // First of all: the answer is hardly ever there at once.
      guard wait(for: POLLIN, until: deadline) else { throw .timedOut }
      var code: Int32 = 0
      var count = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, limit)) { space, filled in
        count = unsafe recv(descriptor.number, space.baseAddress, space.count, 0)
        code = errno
        filled = max(0, count)
      }
      if count > 0 {
        if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
        return
      }
      guard count < 0 else { throw .ended }
      guard code == EAGAIN || code == EINTR else { throw .system(code) }
    }
  }

  func isIdle() -> Bool {
    guard !isClosed, descriptor.isKept, descriptor.statusIfSame() != nil else { return false }
    var byte: UInt8 = 0
    let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
    return unsafe recv(descriptor.number, &byte, 1, flags) < 0 && errno == EAGAIN
  }

  // The descriptor goes with the last reference.
  func close() { isClosed = true }

  /// Returns false at the deadline.
  private func wait(for events: Int32, until deadline: RedisDeadline) -> Bool {
    while true {
      var entry = pollfd(fd: descriptor.number, events: Int16(truncatingIfNeeded: events), revents: 0)
      let left = deadline.millisecondsLeft
      let count = unsafe poll(&entry, 1, left)
      if count > 0 { return true }
      if count == 0 { return false }
      // Whatever another failure is: the next call on the socket tells.
      guard errno == EINTR else { return true }
      guard left > 0 else { return false }
    }
  }
}
