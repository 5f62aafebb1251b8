internal import CGnuTLS

/// What a probe sees of a connection's handshake messages.
///
/// Confined to whichever thread uses the session.
final class ProbeWatch {
  /// Of more tickets nothing is noted but their number: a peer may send them without end.
  static let mostTickets = 32

  private struct Seen {
    let message: NewSessionTicket
    let moment: Deadline
    let isAfterGoodbye: Bool
  }

  private var tickets: [Seen] = []
  private var clientHellos = 0
  private(set) var hasSentTicket = false
  var hasSaidGoodbye = false
  private(set) var announcedGroups: [UInt16] = []

  var hasHelloRetryRequest: Bool { clientHellos > 1 }

  /// The engine's hook calls it for each message.
  var hook: ApplicationHook {
    unsafe ApplicationHook(messageType: cgnutls_handshake_any(), when: GNUTLS_HOOK_PRE) {
      [self] session, type, _, incoming, body in
      unsafe see(SessionHandle(session), type, isIncoming: incoming != 0, body)
      return 0
    }
  }

  private func see(_ session: SessionHandle, _ type: UInt32, isIncoming: Bool, _ body: UnsafeRawBufferPointer) {
    switch (gnutls_handshake_description_t(rawValue: type), isIncoming) {
    case (GNUTLS_HANDSHAKE_CLIENT_HELLO, false):
      clientHellos += 1
      if unsafe SentClientHello(Array(body))?.offersTicket == true { hasSentTicket = true }
    case (GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS, true):
      announcedGroups = AnnouncedGroups.parse(unsafe Array(body))
    case (GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, true):
      guard tickets.count < Self.mostTickets else { return }
      let bytes = unsafe Array(body)
      let message = session.isTLS13 ? NewSessionTicket(parsing: bytes) : NewSessionTicket(parsingTLS12: bytes)
      guard let message else { return }
      tickets.append(Seen(message: message, moment: .present, isAfterGoodbye: hasSaidGoodbye))
    default: break
    }
  }

  /// The tickets, with their times since a handshake's end.
  func tickets(since end: Deadline) -> [ProbedConnection.Ticket] {
    tickets.map { seen in
      ProbedConnection.Ticket(
        lifetime: seen.message.lifetime, size: seen.message.size, earlyDataLimit: seen.message.earlyDataLimit,
        milliseconds: seen.isAfterGoodbye ? nil : max(0, end.millisecondsAgo - seen.moment.millisecondsAgo))
    }
  }
}
