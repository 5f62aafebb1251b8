internal import CGnuTLS
internal import SessionTickets

extension ClientSetup {
  /// Whether a record may be offered where a failed handshake can't be made again: only what can't fail.
  ///
  /// A stored cipher that the client doesn't allow any more, and a TLS 1.2 session offered by a client of TLS 1.3 to a
  /// server that has learnt TLS 1.3, end in fatal alerts. GnuTLS has no DTLS 1.3.
  func certainlyAccepts(_ contents: TicketContents, _ kind: RecordKind) -> Bool {
    guard let priorities, priorities.allows(cipher: contents.cipher),
      priorities.allows(protocolVersion: contents.protocolVersion)
    else { return false }
    guard kind == .session else { return true }
    return identity.server.isDatagram || !priorities.allows(protocolVersion: GNUTLS_TLS1_3.rawValue)
      || (try? serverNotes.note())?.hasResumedTLS12 == true
  }
}
