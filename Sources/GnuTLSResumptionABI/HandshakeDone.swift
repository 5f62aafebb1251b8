// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CGnuTLS
public import CGnuTLSResumption
internal import Glibc
internal import GnuTLSResumption

@c @implementation
public func gnutls_resumption_handshake_done(_ attachment: gnutls_resumption_attachment_t!, _ result: Int32) -> Int32 {
  let systemError = errno
  guard let handle = unsafe AttachmentHandle.borrowed(attachment) else { return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT }
  return handle.withSession { (attachment) throws(Failure) in
    guard result < 0 || attachment.hasShakenHands else {
      throw .invalid("\(handle.server): the session has made no handshake; call gnutls_handshake before")
    }
    // The engine tells the network's failures by it.
    errno = systemError
    do throws(VerificationFailure) {
      try attachment.handshakeDone(result)
    } catch {
      throw handle.refusal(of: error)
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
    // What it is, its beginning tells; how long it claims to be doesn't matter.
    attachment.handIn(unsafe Array(UnsafeRawBufferPointer(start: data, count: min(size, 8))))
  }
}

extension AttachmentHandle {
  fileprivate func refusal(of failure: VerificationFailure) -> Failure {
    func has(_ bit: gnutls_certificate_status_t) -> Bool { failure.status & UInt32(bit.rawValue) != 0 }
    let advice =
      if refusal.code == GNUTLS_RESUMPTION_E_REFUSED {
        "to accept it, change what verification->callback answers"
      } else if failure == .earlyDataMisread {
        "connect again, without early data"
      } else if has(GNUTLS_CERT_SIGNER_NOT_FOUND) {
        "if it is the right server, add its authority to \(refusal.trust)"
      } else if has(GNUTLS_CERT_UNEXPECTED_OWNER) {
        "if it is the right server, set identity->expected_name to a name of its certificate"
      } else if failure.status == 0 {
        "see that what verification says is right: \(refusal.trust), and its pins"
      } else {
        "its owner has to see to its certificate"
      }
    return Failure(
      refusal.code, "\(server) is not trusted: \(clause(failure.message)); close the connection; \(advice)")
  }

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
    return Failure(result, "\(server): the handshake has not succeeded: \(clause(cause)); \(advice)")
  }
}

/// A sentence to go on after.
private func clause(_ sentence: String) -> Substring { sentence.last == "." ? sentence.dropLast() : sentence[...] }
