internal import CGnuTLS
internal import Glibc
internal import Locking

/// Certificate credentials (`gnutls_certificate_credentials_t`), owned, whose trust is loaded when first needed.
///
/// May be shared between sessions and threads: what GnuTLS reads of them doesn't change once the trust is loaded,
/// and nothing reads the trust before that.
@safe
final class Credentials: @unchecked Sendable {
  private enum Trust {
    case notLoaded
    /// With what it was loaded from; nil where that can't be told.
    case loaded(TrustInputs?)
  }

  let pointer: gnutls_certificate_credentials_t
  private let policy: VerificationPolicy?
  private let trust = Lock(Trust.notLoaded)

  /// Credentials without trust yet; `policy` nil if none will be asked for.
  init(policy: VerificationPolicy?) throws(GnuTLSError) {
    var credentials: gnutls_certificate_credentials_t?
    try GnuTLSError.check(unsafe gnutls_certificate_allocate_credentials(&credentials))
    guard let credentials = unsafe credentials else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe pointer = unsafe credentials
    self.policy = policy
  }

  deinit { unsafe gnutls_certificate_free_credentials(pointer) }

  /// Adds a client certificate and its key, from PEM files.
  func addKeyPair(certificate: String, key: String) throws(GnuTLSError) {
    try GnuTLSError.check(
      unsafe gnutls_certificate_set_x509_key_file(pointer, certificate, key, GNUTLS_X509_FMT_PEM))
  }

  /// SHA-256 of the client certificate's DER, or nil without one.
  var clientCertificateDigest: [UInt8]? {
    var leaf = unsafe gnutls_datum_t()
    // Borrowed: the certificate lives in the credentials.
    guard unsafe gnutls_certificate_get_crt_raw(pointer, 0, 0, &leaf) == 0 else { return nil }
    return SHA256.digest(unsafe Array(UnsafeRawBufferPointer(start: leaf.data, count: Int(leaf.size)))).bytes
  }

  /// Loads the trust, once.
  /// - Returns: What it was loaded from, or nil where that can't be told.
  @discardableResult
  func loadTrust() throws(VerificationFailure) -> TrustInputs? {
    try trust.withLock { (trust) throws(VerificationFailure) in
      if case .loaded(let inputs) = trust { return inputs }
      let inputs = try policy.flatMap { (policy) throws(VerificationFailure) in try load(policy) }
      trust = .loaded(inputs)
      return inputs
    }
  }

  var isTrustLoaded: Bool {
    trust.withLock { trust in
      if case .loaded = trust { return true }
      return false
    }
  }

  /// Whether what has been loaded so far is what a policy would load now.
  func isCurrent(for policy: VerificationPolicy?) -> Bool {
    guard policy?.anchors == self.policy?.anchors, policy?.revocationLists == self.policy?.revocationLists else {
      return false
    }
    guard let policy, case .loaded(let inputs) = trust.withLock({ $0 }) else { return true }
    guard let inputs, let sources = policy.sources else { return policy.anchors == .sessionCredentials }
    return inputs.hold(for: sources)
  }

  private func load(_ policy: VerificationPolicy) throws(VerificationFailure) -> TrustInputs? {
    var loader = unsafe TrustLoader(credentials: pointer)
    switch policy.anchors {
    case .system:
      guard let path = SystemTrust.file else {
        try loader.addSystemTrust()
        return nil
      }
      try loader.addAnchors(file: path)
    case .file(let path): try loader.addAnchors(file: path)
    case .folder(let path): try loader.addAnchors(folder: path)
    case .memory(let pem, let digest): try loader.addAnchors(pem: pem, digest: digest)
    case .sessionCredentials:
      guard policy.revocationLists.isEmpty else {
        throw VerificationFailure(
          message: "revocation lists can't be added to a session's own credentials: put them there yourself")
      }
      return nil
    }
    for path in policy.revocationLists { try loader.addRevocationList(file: path) }
    loader.inputs.append(SystemTrust.configurationNote)
    return loader.inputs
  }

  /// The trust list, borrowed from the credentials.
  static func trustList(of credentials: gnutls_certificate_credentials_t) -> gnutls_x509_trust_list_t? {
    var list: gnutls_x509_trust_list_t?
    unsafe gnutls_certificate_get_trust_list(credentials, &list)
    return unsafe list
  }
}
