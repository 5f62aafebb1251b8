internal import CGnuTLS
internal import GnuTLSResumption
internal import SessionTickets

/// What a session's certificate credentials say when the handshake begins.
@safe
struct SessionCredentials {
  let verifyFlags: UInt32
  /// SHA-256 over all leaf certificates that the client could show; nil without one.
  let certificateDigest: [UInt8]?
  let choosesCertificate: Bool
  let check: ProgramCheck?
  /// The trust list, with what it was loaded from if that is known and hasn't changed; pending if nothing was loaded.
  let policy: VerificationPolicy
  /// There are credentials of other kinds too. Some programs always set them, and their priorities don't allow their use.
  let hasOthers: Bool

  init(of session: gnutls_session_t) throws(LeftAlone) {
    guard let pointer = unsafe Self.credentials(of: session, GNUTLS_CRD_CERTIFICATE) else {
      throw .needsNoCertificates
    }
    hasOthers = [GNUTLS_CRD_PSK, GNUTLS_CRD_SRP, GNUTLS_CRD_ANON].contains {
      unsafe Self.credentials(of: session, $0) != nil
    }
    let credentials = gnutls_certificate_credentials_t(pointer)
    // A verify function that nobody saw would not be called after a resumption.
    guard let setup = unsafe ForeignObjects.credentials.value(of: credentials), setup.isSeenWhole else {
      throw .hasUnseenCredentials
    }
    verifyFlags = unsafe gnutls_certificate_get_verify_flags(credentials)
    certificateDigest = unsafe Self.digest(of: credentials)
    choosesCertificate = setup.retrieves
    policy = Self.policy(setup)
    check = unsafe setup.verify.map { unsafe .function($0) }
  }

  private static func policy(_ setup: CredentialsSetup) -> VerificationPolicy {
    guard let trust = setup.trust, trust.allSatisfy({ $0.isUnchanged }) else { return .sessionCredentials }
    return .sessionCredentials(loadedFrom: trust)
  }

  /// The trust list as the session's credentials have it at present; nil if nothing was loaded.
  static func loadedPolicy(of session: gnutls_session_t) -> VerificationPolicy? {
    guard let pointer = unsafe credentials(of: session, GNUTLS_CRD_CERTIFICATE),
      let setup = unsafe ForeignObjects.credentials.value(of: gnutls_certificate_credentials_t(pointer))
    else { return nil }
    let policy = policy(setup)
    return policy.isTrustPending ? nil : policy
  }

  /// Of the client's certificate, as the session's credentials have it at present.
  static func certificateDigest(of session: gnutls_session_t) -> [UInt8]? {
    guard let pointer = unsafe credentials(of: session, GNUTLS_CRD_CERTIFICATE) else { return nil }
    return unsafe digest(of: gnutls_certificate_credentials_t(pointer))
  }

  /// The check that the session's credentials have at present.
  static func check(of session: gnutls_session_t) -> ProgramCheck? {
    guard let pointer = unsafe credentials(of: session, GNUTLS_CRD_CERTIFICATE) else { return nil }
    let setup = unsafe ForeignObjects.credentials.value(of: gnutls_certificate_credentials_t(pointer))
    return unsafe setup?.verify.map { unsafe .function($0) }
  }

  private static func credentials(
    of session: gnutls_session_t, _ type: gnutls_credentials_type_t
  ) -> UnsafeMutableRawPointer? {
    var value: UnsafeMutableRawPointer?
    guard unsafe gnutls_credentials_get(session, type, &value) == 0 else { return nil }
    return unsafe value
  }

  private static func digest(of credentials: gnutls_certificate_credentials_t) -> [UInt8]? {
    var leaves: [UInt8] = []
    var leaf = unsafe gnutls_datum_t()
    var index: UInt32 = 0
    // Borrowed: the certificates live in the credentials.
    while unsafe gnutls_certificate_get_crt_raw(credentials, index, 0, &leaf) == 0 {
      unsafe leaves.append(field: UnsafeBufferPointer(start: leaf.data, count: Int(leaf.size)))
      index += 1
    }
    return leaves.isEmpty ? nil : SHA256.fingerprint(leaves)
  }
}
