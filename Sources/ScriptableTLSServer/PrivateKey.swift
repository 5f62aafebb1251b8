internal import CGnuTLS

/// Owns a generated private key.
@safe struct PrivateKey: ~Copyable {
  let handle: gnutls_x509_privkey_t

  static func generate(_ type: CertificateOptions.KeyType) throws(ServerError) -> PrivateKey {
    var handle: gnutls_x509_privkey_t?
    try check("making a key", unsafe gnutls_x509_privkey_init(&handle))
    guard let handle = unsafe handle else { throw ServerError("making a key", code: GNUTLS_E_MEMORY_ERROR) }
    let key = unsafe PrivateKey(owning: handle)
    let code =
      switch type {
      case .ecdsa: unsafe gnutls_x509_privkey_generate(handle, GNUTLS_PK_ECDSA, cgnutls_server_p256_bits(), 0)
      case .rsa: unsafe gnutls_x509_privkey_generate(handle, GNUTLS_PK_RSA, 2048, 0)
      }
    try check("making a key", code)
    return key
  }

  private init(owning handle: gnutls_x509_privkey_t) { unsafe self.handle = handle }

  deinit { unsafe gnutls_x509_privkey_deinit(handle) }

  /// The key in the clear, as PEM.
  func pem() throws(ServerError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try check("writing a key", unsafe gnutls_x509_privkey_export2(handle, GNUTLS_X509_FMT_PEM, &datum))
    return unsafe [UInt8](taking: datum)
  }
}
