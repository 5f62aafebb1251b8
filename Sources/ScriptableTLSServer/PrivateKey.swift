internal import CScriptableTLSServer

/// Owns a private key.
@safe struct PrivateKey: ~Copyable {
  let handle: gnutls_x509_privkey_t

  static func generate(_ type: CertificateOptions.KeyType) throws(ServerError) -> PrivateKey {
    let key = try PrivateKey()
    let (algorithm, bits) =
      switch type {
      case .ecdsa: (GNUTLS_PK_ECDSA, cscriptable_curve_bits(GNUTLS_ECC_CURVE_SECP256R1))
      case .ecdsaP384: (GNUTLS_PK_ECDSA, cscriptable_curve_bits(GNUTLS_ECC_CURVE_SECP384R1))
      case .rsa: (GNUTLS_PK_RSA, 2048)
      case .rsa1024: (GNUTLS_PK_RSA, 1024)
      }
    try check("making a key", unsafe gnutls_x509_privkey_generate(key.handle, algorithm, bits, 0))
    return key
  }

  /// Reads a key in the clear.
  static func reading(_ pem: [UInt8]) throws(ServerError) -> PrivateKey {
    let key = try PrivateKey()
    let code = unsafe pem.withDatum { unsafe gnutls_x509_privkey_import(key.handle, $0, GNUTLS_X509_FMT_PEM) }
    try check("reading a key", code)
    return key
  }

  private init() throws(ServerError) {
    var handle: gnutls_x509_privkey_t?
    try check("making a key", unsafe gnutls_x509_privkey_init(&handle))
    guard let handle = unsafe handle else { throw ServerError("making a key", code: GNUTLS_E_MEMORY_ERROR) }
    unsafe self.handle = handle
  }

  deinit { unsafe gnutls_x509_privkey_deinit(handle) }

  /// The key in the clear, as PEM.
  func pem() throws(ServerError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try check("writing a key", unsafe gnutls_x509_privkey_export2(handle, GNUTLS_X509_FMT_PEM, &datum))
    return unsafe [UInt8](taking: datum)
  }
}
