internal import CGnuTLS
internal import Glibc

/// The TCP socket that GnuTLS itself reads and writes, when a handshake begins.
struct Transport {
  let socket: Int32
  /// The peer's port, or 0 where that isn't the server's, or isn't known.
  let peerPort: UInt16

  /// Nil if the transport isn't one.
  ///
  /// What the program gave GnuTLS is a pointer or a descriptor, as its functions want it. No pointer is as small as a
  /// descriptor: the first 64 KiB are never mapped.
  init?(of session: gnutls_session_t) {
    var receiving: gnutls_transport_ptr_t?
    var sending: gnutls_transport_ptr_t?
    unsafe gnutls_transport_get_ptr2(session, &receiving, &sending)
    let number = Int(bitPattern: sending)
    guard unsafe receiving == sending, (0..<65_536).contains(number) else { return nil }
    socket = Int32(number)
    guard let hasCarried = Self.hasCarriedData(socket) else { return nil }
    // Who has spoken with a proxy (CONNECT, SOCKS) has its address: behind it the server's port isn't known.
    peerPort = hasCarried ? 0 : Self.peerPort(of: socket)
  }

  /// Whether anything has gone over the connection yet; nil if it is none of TCP's.
  ///
  /// In `struct tcp_info` of Linux are `tcpi_bytes_acked` (since 4.1; the SYN counts as one), `tcpi_bytes_received` (since
  /// 4.1) and `tcpi_bytes_sent` (since 4.19) at these places, for good. A kernel that doesn't tell them tells less.
  private static func hasCarriedData(_ socket: Int32) -> Bool? {
    let (acked, received, sent) = (15, 16, 25)
    return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: sent + 1) { information in
      unsafe information.initialize(repeating: 0)
      var length = socklen_t(information.count * MemoryLayout<UInt64>.size)
      guard unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, information.baseAddress, &length) == 0 else {
        return nil
      }
      return unsafe information[acked] > 1 || information[received] > 0 || information[sent] > 0
    }
  }

  private static func peerPort(of socket: Int32) -> UInt16 {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(socket, $0, &length) }
    }
    guard code == 0 else { return 0 }
    switch Int32(address.ss_family) {
    case AF_INET, AF_INET6:
      // Both families have the port in the same place.
      return unsafe withUnsafeBytes(of: address) {
        unsafe UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
      }
    default: return 0
    }
  }
}

/// Nagle's algorithm, switched off while a handshake and the first request are under way.
///
/// The last flight of a TLS 1.2 resumption leaves as two segments; the second, or the request behind it, would wait for
/// a delayed acknowledgement, 40 ms.
struct NagleOff {
  private let socket: Int32

  /// Nil if it can't be done, or the program has done so itself.
  init?(_ transport: Transport) {
    socket = transport.socket
    guard Self.value(of: socket) == 0, Self.set(1, on: socket) else { return nil }
  }

  /// As the program had it. Only while the socket is known to be open: else the number may be another's.
  func restore() { _ = Self.set(0, on: socket) }

  private static func value(of socket: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length) == 0 ? value : nil
  }

  private static func set(_ value: Int32, on socket: Int32) -> Bool {
    unsafe withUnsafePointer(to: value) {
      unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, $0, socklen_t(MemoryLayout<Int32>.size)) == 0
    }
  }
}
