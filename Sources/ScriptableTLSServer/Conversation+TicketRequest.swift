internal import CScriptableTLSServer

/// How many tickets a client gets that asks for a number (RFC 9149).
extension Conversation {
  /// `ticket_request` (RFC 9149 §6).
  private static let requestExtension: Int32 = 58

  /// How many are to be sent on this connection. Known once GnuTLS has read the ClientHello.
  var ticketCount: Int {
    guard script.tickets.honoursRequests, let request = seen.clientHello?.ticketRequest else {
      return script.tickets.count
    }
    return unsafe gnutls_session_is_resumed(session) != 0 ? request.afterResumption : request.afterFullHandshake
  }

  /// Lets GnuTLS put the number into EncryptedExtensions, for who has asked.
  func attachTicketAnswer() {
    guard script.tickets.honoursRequests, unsafe context.provider?.sendTickets == nil else { return }
    _ = unsafe gnutls_session_ext_register(
      session, "ticket_request", Self.requestExtension, GNUTLS_EXT_TLS,
      // The hook has read it: see `clientHellos`.
      { _, _, _ in 0 },
      { session, message in
        let conversation = unsafe Conversation.borrowed(gnutls_session_get_ptr(session))
        return unsafe conversation.answerTicketRequest(in: message)
      }, nil, nil, nil,
      GNUTLS_EXT_FLAG_CLIENT_HELLO.rawValue | GNUTLS_EXT_FLAG_EE.rawValue | GNUTLS_EXT_FLAG_TLS.rawValue)
  }

  /// Returns how many bytes were written, as GnuTLS expects it.
  private func answerTicketRequest(in message: gnutls_buffer_t?) -> Int32 {
    let count = script.tickets.announcedCount ?? UInt8(clamping: ticketCount)
    let answer = [UInt8](repeating: count, count: script.tickets.answerSize)
    // Else GnuTLS would leave an empty answer out.
    guard !answer.isEmpty else { return GNUTLS_E_INT_RET_0 }
    let code = unsafe gnutls_buffer_append_data(message, answer, answer.count)
    guard code == 0 else { return code }
    seen.ticketsAnnounced = Int(count)
    return Int32(answer.count)
  }
}
