internal import SessionTickets

/// Judging a handshake that has succeeded.
extension SessionContext {
  /// Verifies the peer, resumed or not, and takes in what the handshake brought. Touches no store.
  /// - Throws: If the peer must not be trusted. Everything captured is wiped then.
  func establish() throws(VerificationFailure) {
    isResumed = session.isResumed
    do throws(VerificationFailure) {
      switch verification {
      case .engineVerifies:
        // GnuTLS calls no verify function in a resumed handshake.
        if isResumed || !wasVerifiedInHandshake { try verifier?.verify(session) }
      case .applicationVerifies(let isTrusted):
        guard unsafe isTrusted(session.pointer) else { throw .refusedByApplication }
      case .insecure: break
      }
    } catch {
      wipe()
      throw error
    }
    fullHandshake = originOfSession
    findings.isDeclined = offered != nil && !isResumed
    if !session.usedFalseStart { captureSession() }
    isEstablished = true
    log(isResumed ? "resumed" : "full handshake (\(findings.reason))")
  }

  private var originOfSession: FullHandshake? {
    guard isResumed else {
      return (try? Random.nonce(FullHandshake.idSize)).map { FullHandshake(id: $0, time: engine.now.seconds) }
    }
    // Resumed by somebody else's session data: how old its full handshake is, nobody knows.
    return offered?.fullHandshake
  }
}
