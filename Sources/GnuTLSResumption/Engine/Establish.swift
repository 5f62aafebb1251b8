internal import SessionTickets

/// Judging a handshake that has succeeded.
extension SessionContext {
  /// Verifies the peer, resumed or not, and takes in what the handshake brought. Touches no store.
  /// - Throws: If the peer must not be trusted. Everything captured is wiped then.
  func establish() throws(VerificationFailure) {
    isResumed = session.isResumed
    do {
      try judgePeer()
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

  /// GnuTLS calls no verify function in a resumed handshake.
  private func judgePeer() throws(VerificationFailure) {
    switch verification {
    case .engineVerifies: try verifyPeer()
    case .applicationVerifies(let isTrusted):
      guard unsafe isTrusted(session.pointer) else { throw .refusedByApplication }
      guard !isResumed else {
        verdict = offered?.verdict
        return
      }
      let validity = (try? CertificateChain(session.peerChain))?.validity
      verdict = verdict(validity: validity, responsesEnd: .max, inputs: nil)
    case .insecure: break
    }
  }

  private func verifyPeer() throws(VerificationFailure) {
    if isResumed, let standing = offered?.verdict {
      verdict = standing
      return
    }
    guard let verifier else { throw VerificationFailure(message: "there is nothing to verify the peer with") }
    let peer =
      if let verifiedPeer, !isResumed { verifiedPeer } else {
        try verifier.verify(session, isWatched: isSetUpByEngine)
      }
    let staples = session.staples(chainLength: session.peerChain.count)
    let ends = staples.map { StapledResponse.end(of: $0) ?? .min }
    // Without a path the dates can't be told: the stored chain is then verified each time.
    verdict = verdict(
      validity: peer.path?.validity, responsesEnd: ends.min() ?? .max, inputs: peer.path == nil ? nil : peer.inputs)
    isJudgedAnew = isResumed
  }

  private func verdict(validity: Validity?, responsesEnd: Int64, inputs: TrustInputs?) -> Verdict {
    let now = engine.now.seconds
    // Who trusted the peer out of its dates doesn't judge by them.
    let dates = validity.flatMap { $0.contains(now) ? $0 : nil }
    return Verdict(time: now, validity: dates ?? Validity(), responsesEnd: responsesEnd, inputs: inputs)
  }

  private var originOfSession: FullHandshake? {
    guard isResumed else {
      return (try? Random.nonce(FullHandshake.idSize)).map { FullHandshake(id: $0, time: engine.now.seconds) }
    }
    // Resumed by somebody else's session data: how old its full handshake is, nobody knows.
    return offered?.fullHandshake
  }
}
