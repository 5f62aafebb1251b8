internal import CScriptableTLSServer

/// Owns a key and its certificates, in the order in which a server sends them.
///
/// `gnutls_certificate_set_x509_key_mem` would sort the certificates, and leave out what doesn't belong to the chain.
@safe struct CertifiedKey: ~Copyable {
  let key: gnutls_privkey_t
  let certificates: UnsafeMutablePointer<gnutls_pcert_st>
  let count: Int

  init(_ certificate: ServerCertificate) throws(ServerError) {
    var list: UnsafeMutablePointer<gnutls_x509_crt_t?>?
    var count: UInt32 = 0
    let code = unsafe certificate.chain.withDatum {
      unsafe gnutls_x509_crt_list_import2(&list, &count, $0, GNUTLS_X509_FMT_PEM, 0)
    }
    try check("loading the server's certificate", code)
    let certificates = UnsafeMutablePointer<gnutls_pcert_st>.allocate(capacity: Int(count))
    unsafe certificates.initialize(repeating: gnutls_pcert_st(), count: Int(count))
    // It deinitialises what it has imported if it fails.
    let imported = unsafe gnutls_pcert_import_x509_list(certificates, list, &count, 0)
    for index in 0..<Int(count) { unsafe gnutls_x509_crt_deinit(list?[index]) }
    unsafe cscriptable_free(list)
    do {
      try check("loading the server's certificate", imported)
      unsafe key = try Self.privateKey(certificate.key)
    } catch {
      if imported >= 0 { for index in 0..<Int(count) { unsafe gnutls_pcert_deinit(certificates + index) } }
      unsafe certificates.deallocate()
      throw error
    }
    unsafe self.certificates = unsafe certificates
    self.count = Int(count)
  }

  deinit {
    unsafe gnutls_privkey_deinit(key)
    for index in 0..<count { unsafe gnutls_pcert_deinit(certificates + index) }
    unsafe certificates.deallocate()
  }

  /// Gives key and certificates to the credentials, which free them (`gnutls_certificate_set_key`).
  consuming func move(into credentials: gnutls_certificate_credentials_t) throws(ServerError) {
    let code = unsafe gnutls_certificate_set_key(credentials, nil, 0, certificates, Int32(count), key)
    guard code >= 0 else {
      _ = consume self
      throw ServerError("loading the server's certificate", code: code)
    }
    unsafe certificates.deallocate()
    discard self
  }

  private static func privateKey(_ pem: [UInt8]) throws(ServerError) -> gnutls_privkey_t {
    var key: gnutls_privkey_t?
    try check("loading the server's key", unsafe gnutls_privkey_init(&key))
    guard let key = unsafe key else { throw ServerError("loading the server's key", code: GNUTLS_E_MEMORY_ERROR) }
    let code = unsafe pem.withDatum {
      unsafe gnutls_privkey_import_x509_raw(key, $0, GNUTLS_X509_FMT_PEM, nil, 0)
    }
    if code < 0 { unsafe gnutls_privkey_deinit(key) }
    try check("loading the server's key", code)
    return unsafe key
  }
}
