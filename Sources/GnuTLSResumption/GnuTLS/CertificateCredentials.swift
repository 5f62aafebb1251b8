internal import CGnuTLS

/// A `gnutls_certificate_credentials_t`, owned.
@safe
final class CertificateCredentials {
  let pointer: gnutls_certificate_credentials_t

  init() throws(GnuTLSError) {
    var credentials: gnutls_certificate_credentials_t?
    try GnuTLSError.check(unsafe gnutls_certificate_allocate_credentials(&credentials))
    guard let credentials = unsafe credentials else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe pointer = unsafe credentials
  }

  deinit { unsafe gnutls_certificate_free_credentials(pointer) }

  /// The trust list, borrowed from credentials.
  static func trustList(of credentials: gnutls_certificate_credentials_t) -> gnutls_x509_trust_list_t? {
    var list: gnutls_x509_trust_list_t?
    unsafe gnutls_certificate_get_trust_list(credentials, &list)
    return unsafe list
  }
}
