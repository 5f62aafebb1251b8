internal import CGnuTLS
internal import Glibc
internal import Locking

/// Certificate credentials (`gnutls_certificate_credentials_t`), owned, whose trust is loaded when first needed.
///
/// May be shared between sessions and threads: what GnuTLS reads of them doesn't change once the trust is loaded,
/// and nothing reads the trust before that.
@safe
final class Credentials: @unchecked Sendable {
  let pointer: gnutls_certificate_credentials_t
  private let anchors: VerificationPolicy.Anchors?
  private let loaded = Lock(false)

  /// Credentials without trust yet; `anchors` nil if none will be asked for.
  init(anchors: VerificationPolicy.Anchors?) throws(GnuTLSError) {
    var credentials: gnutls_certificate_credentials_t?
    try GnuTLSError.check(unsafe gnutls_certificate_allocate_credentials(&credentials))
    guard let credentials = unsafe credentials else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe pointer = unsafe credentials
    self.anchors = anchors
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
    var digest = [UInt8](repeating: 0, count: 32)
    let code = unsafe digest.withUnsafeMutableBytes {
      unsafe gnutls_hash_fast(GNUTLS_DIG_SHA256, leaf.data, Int(leaf.size), $0.baseAddress)
    }
    return code == 0 ? digest : nil
  }

  /// Loads the trust, once.
  func loadTrust() throws(VerificationFailure) {
    try loaded.withLock { (loaded) throws(VerificationFailure) in
      guard !loaded else { return }
      switch anchors {
      case .system:
        try Self.check(unsafe gnutls_certificate_set_x509_system_trust(pointer), "the system's trust store")
      case .file(let path):
        try Self.check(
          unsafe gnutls_certificate_set_x509_trust_file(pointer, path, GNUTLS_X509_FMT_PEM), "the trust file \(path)")
      case .sessionCredentials, nil: break
      }
      loaded = true
    }
  }

  private static func check(_ result: Int32, _ name: String) throws(VerificationFailure) {
    guard result < 0 else { return }
    throw VerificationFailure(message: "can't read \(name): \(GnuTLSError(result))")
  }

  /// The trust list, borrowed from the credentials.
  static func trustList(of credentials: gnutls_certificate_credentials_t) -> gnutls_x509_trust_list_t? {
    var list: gnutls_x509_trust_list_t?
    unsafe gnutls_certificate_get_trust_list(credentials, &list)
    return unsafe list
  }
}
