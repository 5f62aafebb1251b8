internal import CGnuTLS

/// As many tickets as a client asks for (RFC 9149).
extension ServedSession {
  /// Who asks for more gets no more: each costs the server some work.
  static let mostTickets: UInt8 = 8
  /// Who asks for no number gets as many as GnuTLS sends by itself.
  static let usualTickets: UInt8 = 2

  /// How many are to be sent; nil if the application leaves that to GnuTLS. Known once the ClientHello has been read.
  func ticketCount(on session: SessionHandle) -> UInt8? {
    guard sendsOnRequest else { return nil }
    guard let request else { return Self.usualTickets }
    return min(session.isResumed ? request.afterResumption : request.afterFullHandshake, Self.mostTickets)
  }

  /// Reads the client's number, and answers in EncryptedExtensions, which GnuTLS does only if the client has asked.
  func listenForRequest(on session: SessionHandle) {
    _ = unsafe gnutls_session_ext_register(
      session.pointer, "ticket_request", TicketRequest.extensionType, GNUTLS_EXT_TLS,
      { session, bytes, count in
        guard let session = unsafe session, let bytes = unsafe bytes, count == 2 else {
          return GNUTLS_E_UNEXPECTED_PACKET_LENGTH
        }
        let asked = unsafe TicketRequest(afterFullHandshake: bytes[0], afterResumption: bytes[1])
        unsafe ServedSession.of(SessionHandle(session))?.asked(for: asked)
        return 0
      },
      { session, message in
        guard let session = unsafe session, let message = unsafe message,
          var count = unsafe ServedSession.of(SessionHandle(session))?.ticketCount(on: SessionHandle(session))
        else { return 0 }
        let code = unsafe gnutls_buffer_append_data(message, &count, 1)
        return code == 0 ? 1 : code
      }, nil, nil, nil,
      GNUTLS_EXT_FLAG_CLIENT_HELLO.rawValue | GNUTLS_EXT_FLAG_EE.rawValue | GNUTLS_EXT_FLAG_TLS.rawValue)
  }
}
