internal import CScriptableTLSServer
internal import Glibc

extension Conversation {
  /// Lets GnuTLS read through the conversation, which can so break off between two flights, and write to the socket.
  func attachTransport() {
    unsafe cscriptable_set_transport(session, Unmanaged.passUnretained(self).toOpaque(), socket.descriptor)
    unsafe gnutls_transport_set_pull_function(session) { pointer, buffer, count in
      let conversation = unsafe Conversation.borrowed(pointer)
      if conversation.failsAtNextRead {
        unsafe gnutls_transport_set_errno(conversation.session, EIO)
        return -1
      }
      let received = unsafe conversation.socket.read(into: buffer, count: count)
      if received < 0 { unsafe gnutls_transport_set_errno(conversation.session, errno) }
      return received
    }
    unsafe gnutls_transport_set_pull_timeout_function(session) { pointer, milliseconds in
      let socket = unsafe Conversation.borrowed(pointer).socket
      return socket.waitToRead(milliseconds: Int32(truncatingIfNeeded: milliseconds)) ? 1 : 0
    }
  }

  /// Shows the conversation every handshake message, before and after GnuTLS handles it.
  func attachHook() {
    unsafe gnutls_session_set_ptr(session, Unmanaged.passUnretained(self).toOpaque())
    unsafe gnutls_handshake_set_hook_function(session, cscriptable_any_message(), GNUTLS_HOOK_BOTH) {
      session, type, after, received, message in
      let conversation = unsafe Conversation.borrowed(gnutls_session_get_ptr(session))
      return unsafe conversation.observe(
        message: type, after: after != 0, received: received != 0, content: message?.pointee)
    }
  }

  static func borrowed(_ pointer: UnsafeMutableRawPointer?) -> Conversation {
    guard let pointer = unsafe pointer else { preconditionFailure("GnuTLS lost the transport pointer") }
    return unsafe Unmanaged<Conversation>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Called by the hook. A negative result fails the handshake.
  private func observe(message: UInt32, after: Bool, received: Bool, content: gnutls_datum_t?) -> Int32 {
    if let content = unsafe content, !after {
      if received && message == HandshakeMessage.clientHello.rawValue {
        unsafe seen.clientHellos.append([UInt8](copying: content))
        if let provider = context.provider {
          let bytes = unsafe UnsafeRawBufferPointer(start: content.data, count: Int(content.size))
          let code = unsafe provider.clientHelloCame(session, bytes)
          guard code >= 0 else { return code }
        }
      }
      if !received && message == HandshakeMessage.newSessionTicket.rawValue {
        unsafe noteTicket(in: content)
        unsafe announceLifetime(in: content)
      }
    }
    guard let failure = script.failure, !seen.failedByScript,
      failure.matches(message: message, after: after, received: received),
      !failure.onlyWhenResuming || seen.clientHello?.offersResumption == true,
      !failure.onlyWithDataOfSYN || seen.tookDataOfSYN
    else { return 0 }
    seen.failedByScript = true
    if after && !received {
      failsAtNextRead = true
      return 0
    }
    return Int32(GNUTLS_E_APPLICATION_ERROR_MIN)
  }

  /// Notes the ticket in a NewSessionTicket (RFC 8446 §4.6.1; for TLS 1.2 RFC 5077 §3.3).
  private func noteTicket(in message: gnutls_datum_t) {
    var reader = unsafe ByteReader([UInt8](copying: message))
    if unsafe gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 {
      // Lifetime, age_add and nonce.
      guard reader.bytes(8) != nil, reader.vector(lengthWidth: 1) != nil else { return }
    } else {
      guard reader.bytes(4) != nil else { return }
    }
    guard let ticket = reader.vector(lengthWidth: 2) else { return }
    seen.issuedTickets.append(Array(ticket.rest))
  }

  /// Writes the script's lifetime over the first 4 bytes of a NewSessionTicket (RFC 8446 §4.6.1) before it is encrypted.
  private func announceLifetime(in message: gnutls_datum_t) {
    guard let lifetime = script.tickets.announcedLifetime, let bytes = unsafe message.data, unsafe message.size >= 4,
      unsafe gnutls_protocol_get_version(session) == GNUTLS_TLS1_3
    else { return }
    for index in 0..<4 { unsafe bytes[index] = UInt8(truncatingIfNeeded: lifetime >> UInt32(24 - 8 * index)) }
  }
}
