internal import SessionTickets

/// Judging a handshake that has succeeded.
extension SessionContext {
  /// Verifies the peer, resumed or not, and takes in what the handshake brought. Touches no store.
  /// - Throws: If the peer must not be trusted. Everything captured is wiped then.
  func establish() throws(VerificationFailure) {
    isResumed = session.isResumed
    if !session.usedFalseStart { captureSession() }
    guard !isVerificationIdle else { return log("full handshake, of which nothing can be kept") }
    do {
      try judgePeer()
    } catch {
      wipe()
      throw error
    }
    fullHandshake = originOfSession
    findings.isDeclined = offered != nil && !isResumed
    isEstablished = true
    log(isResumed ? "resumed" : "full handshake (\(findings.reason))")
  }

  /// Who trusts the peer is the application's business, and there is nothing that the engine's verdict would go with.
  private var isVerificationIdle: Bool {
    guard isVerifiedByApplication, offered == nil, !session.isTLS13 else { return false }
    // With a false start the session comes later; without, all has come.
    return !session.hasExtendedMasterSecret || (captured.isEmpty && !session.usedFalseStart)
  }

  /// GnuTLS calls no verify function in a resumed handshake.
  private func judgePeer() throws(VerificationFailure) {
    switch verification {
    case .engineVerifies: try verifyPeer()
    case .applicationVerifies(let isTrusted):
      guard unsafe isTrusted(session.pointer) else { throw .refusedByApplication }
      if let resumedTicket {
        verdict = resumedTicket.verdict
        return
      }
      // What it trusted out of its dates is not to be judged by them.
      let now = engine.now.seconds
      let validity = (try? CertificateChain(session.peerChain))?.validity(around: now) ?? Validity()
      verdict = Verdict(time: now, validity: validity, responsesEnd: .max, inputs: nil)
    case .insecure: break
    }
  }

  private func verifyPeer() throws(VerificationFailure) {
    guard let verifier else { throw VerificationFailure(message: "there is nothing to verify the peer with") }
    let now = engine.now.seconds
    // Once more: an application may have waited for long since it attached.
    let confirmed = resumedTicket?.verdict.flatMap {
      verifier.confirmed($0, now: now, unlessJustNow: isSetUpByEngine)
    }
    if let confirmed {
      verdict = confirmed
      return
    }
    if isVerifiedByApplication, let resumedTicket {
      verdict = resumedTicket.verdict
      return
    }
    let peer =
      if let verifiedPeer, !isResumed { verifiedPeer } else {
        try verifier.verify(
          session, now: now, isWatched: isSetUpByEngine, isVerifiedByApplication: isVerifiedByApplication)
      }
    let staples = session.staples(chainLength: session.peerChainLength)
    let ends = staples.map { StapledResponse.end(of: $0) ?? .min }
    verdict = Verdict(time: now, validity: peer.validity, responsesEnd: ends.min() ?? .max, inputs: peer.inputs)
    isJudgedAnew = resumedTicket != nil
  }

  private var originOfSession: FullHandshake? {
    guard isResumed else {
      return (try? Random.nonce(FullHandshake.idSize)).map { FullHandshake(id: $0, time: engine.now.seconds) }
    }
    // Resumed by somebody else's session data: how old its full handshake is, nobody knows.
    return resumedTicket?.fullHandshake
  }

  /// The ticket that the session was resumed by; nil if by session data of another peer, which an application has set
  /// since ours were offered.
  var resumedTicket: OfferedTicket? {
    guard isResumed, let offered, isSetUpByEngine || offered.peerChain == session.peerChain else { return nil }
    return offered
  }
}
