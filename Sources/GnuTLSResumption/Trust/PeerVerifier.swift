internal import CGnuTLS

/// Verifies peers by a policy: those of live sessions, and stored chains before their tickets are offered.
@safe
final class PeerVerifier {
  let credentials: Credentials
  private(set) var policy: VerificationPolicy
  /// What was confirmed before the offer was confirmed without the trust that counts.
  private(set) var mustJudgeAnew = false
  /// The name that the certificate must be for.
  let expectedName: String
  /// The verdict that was confirmed last, as which, and when on the monotonic clock.
  private var known: (verdict: Verdict, confirmed: Verdict, time: Int64)?
  /// The configuration that was asked for last, and when.
  private var configuration: (note: ConfigurationNote, time: Int64)?

  init(credentials: Credentials, policy: VerificationPolicy, expectedName: String) {
    self.credentials = credentials
    self.policy = policy
    self.expectedName = expectedName
  }

  /// Verifies the peer of a session whose handshake has it: chain, staples, purpose and name, with the session's own
  /// priorities and flags (`gnutls_certificate_verify_peers`), and the policy's pins. Works after a resumption too, on
  /// the stored chain.
  /// - Parameters:
  ///   - now: In seconds since 1970. GnuTLS has a clock of its own.
  ///   - isWatched: ``PathWatch/function`` has been set for this session.
  ///   - isVerifiedByApplication: The application verifies too, with the same trust: what only the session knows, its
  ///     priorities and flags, is left to that.
  func verify(
    _ session: SessionHandle, now: Int64, isWatched: Bool, isVerifiedByApplication: Bool = false
  ) throws(VerificationFailure) -> VerifiedPeer {
    try checkName()
    let chain = session.peerChain
    guard chain.count <= CertificateChain.mostCertificates else {
      throw VerificationFailure(message: "the peer has sent more certificates than can be verified")
    }
    let staples = session.staples(chainLength: chain.count)
    if isVerifiedByApplication, policy.anchors == .sessionCredentials {
      guard let own = unsafe session.credentials else {
        throw VerificationFailure(message: "the session has no certificate credentials")
      }
      let path = unsafe try path(of: chain, by: own)
      try checkPins(path)
      let signers = unsafe validityOfSigners(of: staples, around: now, by: own)
      return VerifiedPeer(path: path, signers: signers, inputs: policy.loadedInputs)
    }
    let anchors = try credentials.anchors(for: chain, staples: staples)
    let owner = unsafe owner(anchors, for: session)
    let inputs = policy.anchors == .sessionCredentials ? policy.loadedInputs : anchors.inputs
    var status: UInt32 = 0
    let (code, watched) = PathWatch.path(withKeys: !policy.pins.isEmpty) {
      withTrust(anchors, in: session) { unsafe cgnutls_verify_peer(session.pointer, expectedName, &status) }
    }
    guard code >= 0 else { throw VerificationFailure(message: "the peer can't be verified: \(GnuTLSError(code))") }
    guard status == 0 else { throw VerificationFailure(status: status) }
    // The function that shows the path is the owner's to set, and can't be asked for. So the chain once more, for its
    // path; that fails where only the session's own flags had it trusted.
    // Nobody needs it where nothing is noted of it.
    let signers = unsafe validityOfSigners(of: staples, around: now, by: owner)
    guard inputs != nil || !policy.pins.isEmpty else { return VerifiedPeer(path: nil, signers: signers, inputs: nil) }
    let path = isWatched ? watched : try? unsafe self.path(of: chain, by: owner)
    try checkPins(path)
    return VerifiedPeer(path: path, signers: signers, inputs: inputs)
  }

  /// GnuTLS would read the name up to the NUL, and find it in the certificate.
  private func checkName() throws(VerificationFailure) {
    guard !expectedName.utf8.contains(0) else {
      throw VerificationFailure(message: "the expected name has a NUL in it")
    }
  }

  /// Verifies a chain that was stored with a ticket, with its stapled responses, by anchors that were loaded for it, for
  /// a session that may offer it.
  ///
  /// It knows neither the priorities' profile nor their flags: ``verify(_:now:isWatched:isVerifiedByApplication:)`` follows
  /// after the resumption.
  func verify(
    chain: [[UInt8]], staples: [[UInt8]], _ anchors: TrustAnchors, now: Int64, for session: SessionHandle
  ) throws(VerificationFailure) {
    guard staples.allSatisfy({ StapledResponse.isGood($0, now: now) }) else {
      throw VerificationFailure(message: "the stored OCSP response is superseded, or says revoked")
    }
    try checkName()
    try checkPins(unsafe path(of: chain, staples: staples, by: owner(anchors, for: session)))
  }

  /// Nothing was confirmed before the offer.
  func mustJudge() { mustJudgeAnew = true }

  /// The session's owner has loaded its trust meanwhile: it is by that the peer is judged.
  func trustIsLoaded(_ policy: VerificationPolicy) {
    self.policy = policy
    known = nil
    mustJudgeAnew = true
  }

  /// The verdict, if it stands, as it would be noted now: see ``Verdict/confirmed(under:now:)``.
  /// - Parameter justNow: What was confirmed within the last second needn't be looked at again: files may have to be read.
  func confirmed(_ verdict: Verdict, now: Int64, unlessJustNow justNow: Bool = false) -> Verdict? {
    let time = Deadline.now()
    if justNow, let known, known.verdict == verdict, time &- known.time < Self.moment {
      return verdict.isYoung(under: policy, now: now) ? known.confirmed : nil
    }
    let confirmed = verdict.confirmed(under: policy, now: now, configuration: currentConfiguration)
    known = confirmed.map { (verdict, $0, time) }
    return confirmed
  }

  /// A second, in nanoseconds.
  private static let moment: Int64 = 1_000_000_000

  /// GnuTLS's configuration as this process has it. Within a moment only what a file says is asked for again: a connection
  /// asks several times, and GnuTLS's getters take longer.
  var currentConfiguration: ConfigurationNote? {
    let time = Deadline.now()
    if let configuration, time &- configuration.time < Self.moment {
      return GnuTLSConfiguration.isAsLoaded ? configuration.note : nil
    }
    configuration = GnuTLSConfiguration.current.map { ($0, time) }
    return configuration?.note
  }

  /// - Parameter staples: Those that were stored with the chain, to be believed now.
  private func path(
    of chain: [[UInt8]], staples: [[UInt8]] = [], by owner: gnutls_certificate_credentials_t
  ) throws(VerificationFailure) -> VerifiedPath {
    let status: UInt32
    let path: VerifiedPath
    let areSigned: Bool
    do {
      var parsed = try CertificateChain(chain)
      let trust = unsafe CertificateCredentials.trustList(of: owner)
      let flags = unsafe gnutls_certificate_get_verify_flags(owner)
      (status, path) = unsafe try parsed.status(
        trust: trust, name: expectedName, flags: flags, withKeys: !policy.pins.isEmpty)
      // As GnuTLS has it.
      let ignoresStaples = flags & UInt32(GNUTLS_VERIFY_DISABLE_CRL_CHECKS.rawValue) != 0
      areSigned = unsafe ignoresStaples || parsed.areSigned(staples, trust: trust, flags: flags)
    } catch {
      throw VerificationFailure(message: "the chain can't be verified: \(error)")
    }
    guard status == 0 else { throw VerificationFailure(status: status) }
    guard areSigned else {
      throw VerificationFailure(message: "the stored OCSP response isn't signed by who may do so now")
    }
    return path
  }

  private func validityOfSigners(
    of staples: [[UInt8]], around now: Int64, by owner: gnutls_certificate_credentials_t
  ) -> Validity {
    unsafe StapledResponse.validityOfSigners(
      of: staples, around: now, trust: CertificateCredentials.trustList(of: owner))
  }

  private func checkPins(_ path: VerifiedPath?) throws(VerificationFailure) {
    guard policy.pins.isEmpty || path?.keys.map({ !policy.pins.isDisjoint(with: $0) }) == true else {
      throw VerificationFailure(message: "the certificates have none of the pinned keys")
    }
  }

  /// The credentials that hold the policy's trust, borrowed: an attached session's own if that is the policy.
  private func owner(_ anchors: TrustAnchors, for session: SessionHandle) -> gnutls_certificate_credentials_t {
    guard policy.anchors == .sessionCredentials, let own = unsafe session.credentials else {
      return unsafe anchors.pointer
    }
    return unsafe own
  }

  /// Verification reads the session's credentials: those with the anchors take their place for the call.
  private func withTrust(_ anchors: TrustAnchors, in session: SessionHandle, _ body: () -> Int32) -> Int32 {
    guard policy.anchors != .sessionCredentials else { return body() }
    let own = unsafe session.credentials
    unsafe gnutls_credentials_set(session.pointer, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(anchors.pointer))
    defer {
      unsafe gnutls_credentials_set(
        session.pointer, GNUTLS_CRD_CERTIFICATE, own.map { unsafe UnsafeMutableRawPointer($0) })
    }
    return body()
  }
}

/// A peer that has been verified.
struct VerifiedPeer {
  /// When the path that was verified is valid, unlimited if there are no inputs; and who has signed the stapled responses.
  let validity: Validity
  /// What it was verified with. Nil if that can't be told, or not which path it was.
  let inputs: TrustInputs?

  /// - Parameters:
  ///   - signers: When those are valid who have signed the stapled responses.
  ///   - inputs: What was loaded; to which GnuTLS's configuration comes, if that can be told.
  init(path: VerifiedPath?, signers: Validity, inputs: TrustInputs?) {
    let path = inputs == nil ? nil : path
    var validity = signers
    if let path { validity.formIntersection(path.validity) }
    self.validity = validity
    guard path != nil, var inputs, let configuration = GnuTLSConfiguration.current else {
      self.inputs = nil
      return
    }
    inputs.configuration = configuration
    self.inputs = inputs
  }
}

extension SessionHandle {
  /// The session's certificate credentials, borrowed.
  fileprivate var credentials: gnutls_certificate_credentials_t? {
    var value: UnsafeMutableRawPointer?
    guard unsafe gnutls_credentials_get(pointer, GNUTLS_CRD_CERTIFICATE, &value) == 0 else { return nil }
    return unsafe value.map { gnutls_certificate_credentials_t($0) }
  }
}
