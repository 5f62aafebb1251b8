internal import CGnuTLS
internal import Glibc

/// What a session writes, between GnuTLS and its socket: the first flight is held back until it is whole, as GnuTLS spoils it
/// where a push answers "again" between ClientHello and early data. Then all of it leaves in one piece, or with the SYN.
///
/// Its owner keeps it as long as the session, which borrows it.
@safe
final class OutgoingFlight {
  private let session: gnutls_session_t
  private let descriptor: Int32
  /// Nil once it has been let go.
  private var held: [UInt8]? = []
  /// Some of the flight may have reached the server.
  private(set) var isSent = false
  /// Within a handshake that the server may end before the client does: it has answered early data then, and closed. What
  /// is left to be sent matters to nobody, and the answer is there to be read.
  private var isShakingHands: Bool
  /// The server had closed before the handshake's end was sent; 0, or the system's error number.
  private(set) var breakingError: Int32 = 0

  /// - Parameter hasEarlyData: The server may answer before the handshake has ended.
  init(of session: gnutls_session_t, to descriptor: Int32, hasEarlyData: Bool) {
    isShakingHands = hasEarlyData
    unsafe self.session = unsafe session
    self.descriptor = descriptor
    // GnuTLS's own function reads from the one; ours writes by way of the other.
    unsafe gnutls_transport_set_ptr2(
      session, UnsafeMutableRawPointer(bitPattern: Int(descriptor)), Unmanaged.passUnretained(self).toOpaque())
    unsafe gnutls_transport_set_push_function(session) { flight, bytes, count in
      guard let flight = unsafe flight else { return -1 }
      return unsafe Unmanaged<OutgoingFlight>.fromOpaque(flight).takeUnretainedValue().push(
        UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }

  private func push(_ bytes: UnsafeRawBufferPointer) -> Int {
    if held != nil {
      unsafe held?.append(contentsOf: bytes)
      return bytes.count
    }
    let sent = unsafe send(descriptor, bytes.baseAddress, bytes.count, Self.flags)
    guard sent < 0 else { return sent }
    let code = errno
    if isShakingHands, code == EPIPE || code == ECONNRESET {
      breakingError = code
      return bytes.count
    }
    unsafe gnutls_transport_set_errno(session, code)
    return sent
  }

  /// From here on all errors count.
  func handshakeHasEnded() { isShakingHands = false }

  /// How many bytes are held back.
  var count: Int { held?.count ?? 0 }

  /// Connects a socket that has waited for it, sending with the SYN as much as fits there. The rest stays. To be done once.
  /// - Returns: 0, or the system's error number: `EINPROGRESS` where it connects, and nothing has left.
  func leaveWithSYN() -> Int32 {
    let flight = held ?? []
    isSent = true
    let sent = unsafe flight.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Self.flags) }
    guard sent < 0 else {
      held = Array(flight.dropFirst(sent))
      return 0
    }
    let code = errno
    if code == EINPROGRESS { isSent = false }
    return code
  }

  /// Sends what was held back, waiting for the socket; what comes afterwards goes straight on.
  /// - Returns: 0, or the system's error number; nil at the deadline.
  func release(waiting wait: () -> Bool) -> Int32? {
    let flight = held ?? []
    held = nil
    var offset = 0
    while offset < flight.count {
      isSent = true
      let sent = unsafe flight.withUnsafeBytes { bytes in
        unsafe send(descriptor, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset, Self.flags)
      }
      if sent >= 0 {
        offset += sent
      } else if errno == EAGAIN {
        guard wait() else { return nil }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  private static let flags = Int32(MSG_NOSIGNAL)
}
