/// How far a session's handshake has come, and what holds then.
enum Handshake {
  /// It hasn't ended. With the peer, if the engine's verification within the handshake has trusted it.
  case pending(VerifiedPeer?)
  /// It has succeeded, but nothing of it can be kept, and nobody asked the engine for its verdict.
  case idle
  /// The peer must not be trusted.
  case refused(VerificationFailure)
  case failed(GnuTLSError)
  /// It has succeeded, and the peer is trusted: only now something can be kept. Apart, as it is many times as large as the
  /// others.
  indirect case trusted(TrustedHandshake)
}

/// A handshake that has succeeded with a peer that is trusted.
struct TrustedHandshake {
  /// The full handshake that this connection's tickets go back to; nil if it is unknown, as the session was resumed by
  /// somebody else's session data.
  let origin: FullHandshake?
  /// The verdict on the peer, to be sealed with its tickets; nil where nobody verifies.
  let verdict: Verdict?
  /// The ticket that the session was resumed by; nil for a full handshake, and after somebody else's session data.
  let resumedBy: OfferedTicket?
  /// The verdict was made on the resumed connection, as the sealed one didn't stand any more.
  let isJudgedAnew: Bool
  /// GnuTLS's configuration, under which a TLS 1.2 session was negotiated; nil under TLS 1.3, and if it can't be told.
  let configuration: ConfigurationNote?
  /// When the certificate is valid that the client has shown.
  let ownValidity: Validity
}
