internal import CGnuTLS

/// How many tickets a client asks for (RFC 9149, section 2).
struct TicketRequest: Hashable {
  let afterFullHandshake: UInt8
  let afterResumption: UInt8

  /// `ticket_request` (RFC 9149, section 6).
  static let extensionType: Int32 = 58

  var bytes: [UInt8] { [afterFullHandshake, afterResumption] }

  /// Lets a session of the registry ask for what its ``SessionContext`` wants, and hears what the server says. GnuTLS has no
  /// way of its own; a later one that has keeps it for itself, and nothing is asked here.
  static func install(on session: SessionHandle) {
    _ = unsafe gnutls_session_ext_register(
      session.pointer, "ticket_request", extensionType, GNUTLS_EXT_TLS,
      { session, bytes, count in
        guard let session = unsafe session, let bytes = unsafe bytes, count == 1 else {
          // One byte, and nothing else (RFC 9149, section 3).
          return GNUTLS_E_UNEXPECTED_PACKET_LENGTH
        }
        unsafe SessionRegistry.context(of: SessionHandle(session))?.serverAnnounced(tickets: bytes.pointee)
        return 0
      },
      { session, message in
        guard let session = unsafe session, let message = unsafe message,
          let request = unsafe SessionRegistry.context(of: SessionHandle(session))?.ticketRequest
        else { return 0 }
        let bytes = request.bytes
        let code = unsafe gnutls_buffer_append_data(message, bytes, bytes.count)
        return code == 0 ? Int32(bytes.count) : code
      }, nil, nil, nil,
      GNUTLS_EXT_FLAG_CLIENT_HELLO.rawValue | GNUTLS_EXT_FLAG_EE.rawValue | GNUTLS_EXT_FLAG_TLS.rawValue)
  }
}

extension SessionContext {
  /// What the ClientHello asks for; nil if it asks for nothing, as where nothing can be kept.
  var ticketRequest: TicketRequest? {
    if let fixedTicketRequest { return fixedTicketRequest }
    guard setup.isEnabled, let most = setup.mostTickets,
      (setup.isShared ? sharedGeneration : localGeneration) != nil
    else { return nil }
    // If the offer is declined, the tickets of the same handshake go with it, but for a farm's.
    return TicketRequest(afterFullHandshake: UInt8(clamping: min(most, room ?? most)), afterResumption: 1)
  }

  /// All tickets that the server has announced have come.
  var hasAllTickets: Bool { ticketsAnnounced.map { capture.received >= $0 } ?? false }
}
