internal import CGnuTLS
internal import Glibc

/// What a session's transport is known to be.
enum Transport {
  /// The peer's port, or 0 if the program's own functions carry the records, so that it isn't known.
  static func peerPort(of session: gnutls_session_t) -> UInt16 {
    guard let socket = unsafe descriptor(of: session) else { return 0 }
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

  /// The TCP socket that GnuTLS reads and writes.
  ///
  /// What the program gave GnuTLS is a pointer or a descriptor, as its functions want it. No pointer is as small as a
  /// descriptor: the first 64 KiB are never mapped.
  static func descriptor(of session: gnutls_session_t) -> Int32? {
    var receiving: gnutls_transport_ptr_t?
    var sending: gnutls_transport_ptr_t?
    unsafe gnutls_transport_get_ptr2(session, &receiving, &sending)
    let number = Int(bitPattern: sending)
    guard unsafe receiving == sending, (1..<65_536).contains(number) else { return nil }
    let socket = Int32(number)
    var kind: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(socket, SOL_SOCKET, SO_TYPE, &kind, &length) == 0, kind == Int32(SOCK_STREAM.rawValue)
    else { return nil }
    return socket
  }
}

/// Nagle's algorithm, switched off while a handshake and the first request are under way.
///
/// The last flight of a TLS 1.2 resumption leaves as two segments; the second, or the request behind it, would wait for
/// a delayed acknowledgement, 40 ms.
struct NagleOff {
  private let socket: Int32

  /// Nil if it can't be done, or the program has done so itself.
  init?(_ session: gnutls_session_t) {
    guard let socket = unsafe Transport.descriptor(of: session), Self.value(of: socket) == 0, Self.set(1, on: socket)
    else {
      return nil
    }
    self.socket = socket
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
