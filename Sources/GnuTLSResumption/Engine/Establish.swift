internal import SessionTickets

/// Judging a handshake that has succeeded.
extension SessionContext {
  /// Verifies the peer, resumed or not, and takes in what the handshake brought. Touches no store.
  /// - Parameter verifiedInHandshake: The engine's own verification has already run inside a full handshake.
  /// - Throws: If the peer must not be trusted. Everything captured is wiped then.
  func establish(verifiedInHandshake: Bool) throws(VerificationFailure) {
    let wasResumed = session.isResumed
    isResumed = wasResumed && offered != nil
    do throws(VerificationFailure) {
      switch verification {
      case .engineVerifies:
        if !verifiedInHandshake || wasResumed { try verifier?.verify(session) }
      case .applicationVerifies(let isTrusted):
        guard unsafe isTrusted(session.pointer) else { throw .refusedByApplication }
      case .insecure: break
      }
    } catch {
      wipe()
      throw error
    }
    isVerified = true
    fullHandshake = originOfSession(wasResumed: wasResumed)
    findings.isDeclined = offered != nil && !wasResumed
    if !session.usedFalseStart { captureSession() }
    isEstablished = true
    log(isResumed ? "resumed" : "full handshake (\(findings.reason))")
  }

  private func originOfSession(wasResumed: Bool) -> FullHandshake? {
    guard wasResumed else {
      return (try? Random.nonce(FullHandshake.idSize)).map { FullHandshake(id: $0, time: engine.now.seconds) }
    }
    // Resumed by somebody else's session data: how old its full handshake is, nobody knows.
    return offered?.fullHandshake
  }
}
