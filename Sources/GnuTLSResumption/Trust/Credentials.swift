internal import CGnuTLS
internal import SessionTicketsLocking

/// What a configuration's sessions are set up with: the client's certificate, and the trust, which is loaded when first
/// needed.
///
/// May be shared between sessions and threads.
@safe
final class Credentials: @unchecked Sendable {
  private struct Trust {
    /// Those that were loaded last.
    var anchors: TrustAnchors?
    var loads = 0
  }

  /// From then on all anchors are loaded, once: a process that verifies so many different chains is not a short one.
  private static let mostPartialLoads = 8

  private let own: CertificateCredentials
  private let policy: VerificationPolicy?
  private let trust = Lock(Trust())

  /// For sessions: they hold the client's certificate, and no trust.
  var pointer: gnutls_certificate_credentials_t { unsafe own.pointer }

  /// - Parameter policy: Nil if nobody's certificate will be verified with them.
  init(policy: VerificationPolicy?) throws(GnuTLSError) {
    own = try CertificateCredentials()
    self.policy = policy
  }

  /// Adds a client certificate and its key, from PEM files.
  func add(_ pair: PEMKeyPair) throws(GnuTLSError) {
    let code = unsafe pair.certificate.withCString { certificate in
      unsafe pair.key.withCString { key in
        unsafe gnutls_certificate_set_x509_key_file(pointer, certificate, key, GNUTLS_X509_FMT_PEM)
      }
    }
    try GnuTLSError.check(code)
  }

  /// What tells the client certificate from others, or nil without one.
  var clientCertificateDigest: [UInt8]? {
    var leaf = unsafe gnutls_datum_t()
    // Borrowed: the certificate lives in the credentials.
    guard unsafe gnutls_certificate_get_crt_raw(pointer, 0, 0, &leaf) == 0 else { return nil }
    return SHA256.fingerprint(unsafe Array(UnsafeRawBufferPointer(start: leaf.data, count: Int(leaf.size))))
  }

  /// All anchors that can matter for a chain, loaded now unless they are there.
  /// - Parameter staples: The stapled OCSP responses, whose signers may be looked up in other ways than by name: if there
  ///   is one, all anchors.
  func anchors(for chain: [[UInt8]], staples: [[UInt8]]) throws(VerificationFailure) -> TrustAnchors {
    guard let policy else { throw VerificationFailure(message: "there is no trust to verify the peer with") }
    // Nothing is loaded where the session's own trust is the policy.
    let isOwn = policy.anchors == .sessionCredentials
    let names = !isOwn && staples.allSatisfy { $0.isEmpty } ? Set(namedIn: chain) : nil
    return try trust.withLock { (trust) throws(VerificationFailure) in
      if let anchors = trust.anchors, anchors.cover(names) { return anchors }
      let anchors = try TrustAnchors.load(policy, names: trust.loads < Self.mostPartialLoads ? names : nil)
      trust.loads += 1
      trust.anchors = anchors
      return anchors
    }
  }

  var isTrustLoaded: Bool { trust.withLock { $0.anchors != nil } }

  /// Whether what has been loaded so far is what a policy would load now.
  func isCurrent(for policy: VerificationPolicy?) -> Bool {
    guard policy?.anchors == self.policy?.anchors, policy?.revocationLists == self.policy?.revocationLists else {
      return false
    }
    guard let policy, let anchors = trust.withLock({ $0.anchors }) else { return true }
    guard let inputs = anchors.inputs, let sources = policy.sources else {
      return policy.anchors == .sessionCredentials
    }
    return inputs.hold(for: sources)
  }
}
