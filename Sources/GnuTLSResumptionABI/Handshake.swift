// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import Glibc
internal import GnuTLSResumption

@c @implementation
public func gnutls_resumption_handshake_done(_ attachment: gnutls_resumption_attachment_t!, _ result: Int32) -> Int32 {
  let systemError = errno
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  return handle.withSession { (attachment) throws(Failure) in
    // The engine tells the network's failures by it.
    errno = systemError
    do {
      try attachment.handshakeDone(result)
    } catch {
      throw Failure(
        handle.refusal.code,
        "\(handle.server) is not trusted: \(error); close the connection, or, if this is the right server, "
          + handle.refusal.advice)
    }
    if result < 0 { throw handle.handshakeFailure(result, hadTicket: attachment.outcome.handshakeFailedWithTicket) }
  }
}

@c @implementation
public func gnutls_resumption_keep(_ attachment: gnutls_resumption_attachment_t!) -> Int32 {
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  return handle.withSession { $0.keep() }
}

@c @implementation
public func gnutls_resumption_hand_in(
  _ attachment: gnutls_resumption_attachment_t!, _ data: UnsafeRawPointer!, _ size: Int
) -> Int32 {
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  return handle.withSession { (attachment) throws(Failure) in
    guard let data = unsafe data, size > 0 else {
      throw .missing("data", "hand in what gnutls_session_get_data2 has given")
    }
    attachment.handIn(unsafe Array(UnsafeRawBufferPointer(start: data, count: size)))
  }
}

extension AttachmentHandle {
  /// A result of `gnutls_handshake` goes back as it came.
  fileprivate func handshakeFailure(_ result: Int32, hadTicket: Bool) -> Failure {
    let cause = unsafe String(cString: gnutls_strerror(result))
    let advice =
      if gnutls_error_is_fatal(result) == 0 {
        "call gnutls_handshake again"
      } else if hadTicket {
        "connect again, then without a ticket"
      } else {
        "close the connection"
      }
    return Failure(result, "\(server): the handshake has not succeeded: \(cause) \(advice)")
  }
}
