internal import SessionTickets

/// Judging the peer of a handshake that has succeeded: GnuTLS calls no verify function in a resumed one.
struct PeerJudgement {
  private let setup: ClientSetup
  private let offered: OfferedTicket?
  /// The application verifies the peer too, after every handshake.
  private let isVerifiedByApplication: Bool

  init(_ setup: ClientSetup, offered: OfferedTicket?, isVerifiedByApplication: Bool) {
    self.setup = setup
    self.offered = offered
    self.isVerifiedByApplication = isVerifiedByApplication
  }

  /// - Parameter verified: The peer, if the engine's verification within the handshake has trusted it.
  func judge(isResumed: Bool, _ verified: VerifiedPeer?) throws(VerificationFailure) -> TrustedHandshake {
    let ticket = isResumed ? resumedTicket : nil
    var isJudgedAnew = false
    let verdict: Verdict?
    switch setup.verification {
    case .engineVerifies:
      if let ticket, let standing = standingVerdict(of: ticket) {
        verdict = standing
      } else {
        verdict = try verify(isResumed ? nil : verified)
        isJudgedAnew = ticket != nil
      }
    case .applicationVerifies(let isTrusted):
      guard unsafe isTrusted(setup.session.pointer) else { throw .refusedByApplication }
      if let ticket { verdict = ticket.verdict } else { verdict = applicationsVerdict }
    case .insecure:
      verdict = nil
    }
    return TrustedHandshake(
      origin: isResumed ? ticket?.fullHandshake : newOrigin, verdict: verdict, resumedBy: ticket,
      isJudgedAnew: isJudgedAnew, configuration: setup.session.isTLS13 ? nil : setup.currentConfiguration,
      ownValidity: ticket?.ownValidity ?? setup.session.ownCertificateValidity)
  }

  /// The ticket that the session was resumed by; nil if by session data of another peer, which an application has set
  /// since ours were offered.
  private var resumedTicket: OfferedTicket? {
    guard let offered, setup.canReconnect || offered.peerChain == setup.session.peerChain else { return nil }
    return offered
  }

  /// The verdict of a ticket, if the peer needn't be verified: once more, as an application may have waited for long
  /// since it attached.
  private func standingVerdict(of ticket: OfferedTicket) -> Verdict? {
    guard let verifier = setup.verifier else { return nil }
    if let verdict = ticket.verdict,
      let confirmed = verifier.confirmed(verdict, now: setup.now, unlessJustNow: setup.isOwn)
    {
      return confirmed
    }
    return isVerifiedByApplication && !verifier.mustJudgeAnew ? ticket.verdict : nil
  }

  private func verify(_ verified: VerifiedPeer?) throws(VerificationFailure) -> Verdict {
    guard let verifier = setup.verifier else {
      throw VerificationFailure(message: "there is nothing to verify the peer with")
    }
    let session = setup.session
    let peer: VerifiedPeer
    if let verified {
      peer = verified
    } else {
      peer = try verifier.verify(
        session, now: setup.now, isWatched: setup.isOwn, isVerifiedByApplication: isVerifiedByApplication)
    }
    let now = setup.now
    var end = Int64.max
    for staple in session.staples(chainLength: session.peerChainLength) {
      end = min(end, StapledResponse.end(of: staple) ?? .min)
    }
    return Verdict(time: now, validity: peer.validity, responsesEnd: end, inputs: peer.inputs)
  }

  /// What an application trusted out of its dates is not to be judged by them.
  private var applicationsVerdict: Verdict {
    let now = setup.now
    let validity = (try? CertificateChain(setup.session.peerChain))?.validity(around: now) ?? Validity()
    return Verdict(time: now, validity: validity, responsesEnd: .max, inputs: nil)
  }

  private var newOrigin: FullHandshake? {
    guard let id = try? Random.nonce(FullHandshake.idSize) else { return nil }
    return FullHandshake(id: id, time: setup.now)
  }
}
