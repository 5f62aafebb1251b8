internal import CGnuTLS
internal import Glibc

/// Owns a certificate while it is put together, and after it is signed.
@safe struct CertificateBuilder: ~Copyable {
  private let handle: gnutls_x509_crt_t

  /// Starts a certificate for a key (borrowed only for this call), valid from and until these times.
  static func start(
    commonName: String, key: borrowing PrivateKey, notBefore: Int64, notAfter: Int64
  ) throws(ServerError) -> CertificateBuilder {
    var handle: gnutls_x509_crt_t?
    try check("making a certificate", unsafe gnutls_x509_crt_init(&handle))
    guard let handle = unsafe handle else { throw ServerError("making a certificate", code: GNUTLS_E_MEMORY_ERROR) }
    let builder = unsafe CertificateBuilder(owning: handle)
    try check("version", unsafe gnutls_x509_crt_set_version(handle, 3))
    // The first bit stays 0: the serial number is a positive integer (RFC 5280 §4.1.2.2).
    let serial = [UInt8.random(in: 1...127)] + (0..<15).map { _ in UInt8.random(in: 0...255) }
    try check("serial", unsafe gnutls_x509_crt_set_serial(handle, serial, serial.count))
    try check("dates", unsafe gnutls_x509_crt_set_activation_time(handle, time_t(notBefore)))
    try check("dates", unsafe gnutls_x509_crt_set_expiration_time(handle, time_t(notAfter)))
    try check("name", unsafe gnutls_x509_crt_set_dn(handle, "CN=\(commonName)", nil))
    try check("key", unsafe gnutls_x509_crt_set_key(handle, key.handle))
    var identifier = [UInt8](repeating: 0, count: 20)
    var count = identifier.count
    try check("key id", unsafe gnutls_x509_crt_get_key_id(handle, 0, &identifier, &count))
    try check("key id", unsafe gnutls_x509_crt_set_subject_key_id(handle, identifier, min(count, identifier.count)))
    return builder
  }

  private init(owning handle: gnutls_x509_crt_t) { unsafe self.handle = handle }

  deinit { unsafe gnutls_x509_crt_deinit(handle) }

  func makeAuthority(permittedDNSNames: [String] = []) throws(ServerError) {
    try check("constraints", unsafe gnutls_x509_crt_set_basic_constraints(handle, 1, -1))
    let usage = UInt32(GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)
    try check("key usage", unsafe gnutls_x509_crt_set_key_usage(handle, usage))
    if permittedDNSNames.isEmpty { return }
    var constraints: gnutls_x509_name_constraints_t?
    try check("name constraints", unsafe gnutls_x509_name_constraints_init(&constraints))
    defer { unsafe gnutls_x509_name_constraints_deinit(constraints) }
    for name in permittedDNSNames {
      let code = unsafe Array(name.utf8).withDatum {
        unsafe gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, $0)
      }
      try check("name constraints", code)
    }
    try check("name constraints", unsafe gnutls_x509_crt_set_name_constraints(handle, constraints, 1))
  }

  func makeLeaf(_ options: CertificateOptions) throws(ServerError) {
    try check("constraints", unsafe gnutls_x509_crt_set_basic_constraints(handle, 0, -1))
    var usage = GNUTLS_KEY_DIGITAL_SIGNATURE
    if options.keyType == .rsa { usage |= GNUTLS_KEY_KEY_ENCIPHERMENT }
    try check("key usage", unsafe gnutls_x509_crt_set_key_usage(handle, UInt32(usage)))
    let purpose =
      switch options.purpose {
      case .tlsServer: GNUTLS_KP_TLS_WWW_SERVER
      case .tlsClient: GNUTLS_KP_TLS_WWW_CLIENT
      case .codeSigning: GNUTLS_KP_CODE_SIGNING
      }
    try check("purpose", unsafe gnutls_x509_crt_set_key_purpose_oid(handle, purpose, 0))
    for name in options.dnsNames { try add(Array(name.utf8), as: GNUTLS_SAN_DNSNAME) }
    for address in options.ipAddresses { try add(address.bytes, as: GNUTLS_SAN_IPADDRESS) }
  }

  private func add(_ name: [UInt8], as type: gnutls_x509_subject_alt_name_t) throws(ServerError) {
    let code = unsafe gnutls_x509_crt_set_subject_alt_name(
      handle, type, name, UInt32(name.count), UInt32(GNUTLS_FSAN_APPEND))
    try check("alternative name", code)
  }

  /// Signs with the key of `issuer`.
  func sign(
    by issuer: borrowing CertificateBuilder, key: borrowing PrivateKey, hash: CertificateOptions.SignatureHash = .sha256
  ) throws(ServerError) {
    var identifier = [UInt8](repeating: 0, count: 20)
    var count = identifier.count
    try check("issuer", unsafe gnutls_x509_crt_get_subject_key_id(issuer.handle, &identifier, &count, nil))
    try check("issuer", unsafe gnutls_x509_crt_set_authority_key_id(handle, identifier, count))
    try unsafe sign(issuer: issuer.handle, key: key, hash: hash)
  }

  func signItself(key: borrowing PrivateKey) throws(ServerError) {
    try unsafe sign(issuer: handle, key: key, hash: .sha256)
  }

  private func sign(
    issuer: gnutls_x509_crt_t, key: borrowing PrivateKey, hash: CertificateOptions.SignatureHash
  ) throws(ServerError) {
    let digest = hash == .sha1 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256
    try check("signing", unsafe gnutls_x509_crt_sign2(handle, issuer, key.handle, digest, 0))
  }

  func pem() throws(ServerError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try check("writing a certificate", unsafe gnutls_x509_crt_export2(handle, GNUTLS_X509_FMT_PEM, &datum))
    return unsafe [UInt8](taking: datum)
  }
}
