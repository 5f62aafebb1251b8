internal import CGnuTLS

/// Verifies peers by a policy: those of live sessions, and stored chains before their tickets are offered.
@safe
final class PeerVerifier {
  let credentials: Credentials
  let policy: VerificationPolicy
  /// The name that the certificate must be for.
  let expectedName: String

  init(credentials: Credentials, policy: VerificationPolicy, expectedName: String) {
    self.credentials = credentials
    self.policy = policy
    self.expectedName = expectedName
  }

  /// Verifies the peer of a session whose handshake has it: chain, staples, purpose and name, with the session's own
  /// priorities and flags (`gnutls_certificate_verify_peers`), and the policy's pins. Works after a resumption too, on
  /// the stored chain.
  /// - Parameters:
  ///   - isWatched: ``PathWatch/function`` has been set for this session.
  ///   - isVerifiedByApplication: The application verifies too, with the same trust: what only the session knows, its
  ///     priorities and flags, is left to that.
  func verify(
    _ session: SessionHandle, isWatched: Bool, isVerifiedByApplication: Bool = false
  ) throws(VerificationFailure) -> VerifiedPeer {
    try checkName()
    let chain = session.peerChain
    guard chain.count <= CertificateChain.mostCertificates else {
      throw VerificationFailure(message: "the peer has sent more certificates than can be verified")
    }
    if isVerifiedByApplication, policy.anchors == .sessionCredentials {
      let path = try pathByOwnCredentials(of: chain, for: session)
      try checkPins(path)
      return VerifiedPeer(path: path, inputs: policy.loadedInputs)
    }
    let anchors = try credentials.anchors(for: chain, staples: session.staples(chainLength: chain.count))
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
    guard inputs != nil || !policy.pins.isEmpty else { return VerifiedPeer(path: nil, inputs: nil) }
    let path = isWatched ? watched : try? unsafe self.path(of: chain, by: owner(anchors, for: session))
    try checkPins(path)
    return VerifiedPeer(path: path, inputs: inputs)
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
  /// It knows neither the priorities' profile nor their flags: ``verify(_:isWatched:)`` follows after the resumption.
  func verify(
    chain: [[UInt8]], staples: [[UInt8]], _ anchors: TrustAnchors, now: Int64, for session: SessionHandle
  ) throws(VerificationFailure) {
    guard staples.allSatisfy({ StapledResponse.isGood($0, now: now) }) else {
      throw VerificationFailure(message: "the stored OCSP response is superseded, or says revoked")
    }
    try checkName()
    try checkPins(unsafe path(of: chain, by: owner(anchors, for: session)))
  }

  /// Verifies a chain by the trust of the session's own credentials.
  private func pathByOwnCredentials(
    of chain: [[UInt8]], for session: SessionHandle
  ) throws(VerificationFailure) -> VerifiedPath {
    guard let own = unsafe session.credentials else {
      throw VerificationFailure(message: "the session has no certificate credentials")
    }
    return unsafe try path(of: chain, by: own)
  }

  private func path(
    of chain: [[UInt8]], by owner: gnutls_certificate_credentials_t
  ) throws(VerificationFailure) -> VerifiedPath {
    let status: UInt32
    let path: VerifiedPath
    do {
      var parsed = try CertificateChain(chain)
      (status, path) = unsafe try parsed.status(
        trust: CertificateCredentials.trustList(of: owner), name: expectedName,
        flags: gnutls_certificate_get_verify_flags(owner), withKeys: !policy.pins.isEmpty)
    } catch {
      throw VerificationFailure(message: "the chain can't be verified: \(error)")
    }
    guard status == 0 else { throw VerificationFailure(status: status) }
    return path
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
  /// When the path that was verified is valid; unlimited if there are no inputs.
  let validity: Validity
  /// What it was verified with. Nil if that can't be told, or not which path it was.
  let inputs: TrustInputs?

  init(path: VerifiedPath?, inputs: TrustInputs?) {
    let path = inputs == nil ? nil : path
    validity = path?.validity ?? Validity()
    self.inputs = path == nil ? nil : inputs
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
