internal import CScriptableTLSServer
internal import Glibc

/// Owns a certificate while it is put together, and after it is signed.
@safe struct CertificateBuilder: ~Copyable {
  let handle: gnutls_x509_crt_t

  /// Starts a certificate for a key (borrowed only for this call).
  ///
  /// It is valid from and until these times: nil is yesterday, and ten years from now.
  static func start(
    commonName: String, key: borrowing PrivateKey, notBefore: Int64?, notAfter: Int64?
  ) throws(ServerError) -> CertificateBuilder {
    let builder = try CertificateBuilder()
    let handle = unsafe builder.handle
    let now = Int64(time(nil))
    try check("version", unsafe gnutls_x509_crt_set_version(handle, 3))
    // The first bit stays 0: the serial number is a positive integer (RFC 5280 §4.1.2.2).
    let serial = [UInt8.random(in: 1...127)] + (0..<15).map { _ in UInt8.random(in: 0...255) }
    try check("serial", unsafe gnutls_x509_crt_set_serial(handle, serial, serial.count))
    try check("dates", unsafe gnutls_x509_crt_set_activation_time(handle, time_t(notBefore ?? now - 86_400)))
    try check("dates", unsafe gnutls_x509_crt_set_expiration_time(handle, time_t(notAfter ?? now + 3_650 * 86_400)))
    try check("name", unsafe gnutls_x509_crt_set_dn(handle, "CN=\(commonName)", nil))
    try check("key", unsafe gnutls_x509_crt_set_key(handle, key.handle))
    var identifier = [UInt8](repeating: 0, count: 20)
    var count = identifier.count
    try check("key id", unsafe gnutls_x509_crt_get_key_id(handle, 0, &identifier, &count))
    try check("key id", unsafe gnutls_x509_crt_set_subject_key_id(handle, identifier, min(count, identifier.count)))
    return builder
  }

  /// Reads a certificate.
  static func reading(_ pem: [UInt8]) throws(ServerError) -> CertificateBuilder {
    let builder = try CertificateBuilder()
    let code = unsafe pem.withDatum { unsafe gnutls_x509_crt_import(builder.handle, $0, GNUTLS_X509_FMT_PEM) }
    try check("reading a certificate", code)
    return builder
  }

  private init() throws(ServerError) {
    var handle: gnutls_x509_crt_t?
    try check("making a certificate", unsafe gnutls_x509_crt_init(&handle))
    guard let handle = unsafe handle else { throw ServerError("making a certificate", code: GNUTLS_E_MEMORY_ERROR) }
    unsafe self.handle = handle
  }

  deinit { unsafe gnutls_x509_crt_deinit(handle) }

  /// Signs with the key of `issuer`.
  func sign(
    by issuer: borrowing CertificateBuilder, key: borrowing PrivateKey, hash: CertificateOptions.SignatureHash
  ) throws(ServerError) {
    let identifier = try issuer.subjectKeyIdentifier()
    try check("issuer", unsafe gnutls_x509_crt_set_authority_key_id(handle, identifier, identifier.count))
    try unsafe sign(issuer: issuer.handle, key: key, hash: hash)
  }

  func signItself(key: borrowing PrivateKey, hash: CertificateOptions.SignatureHash) throws(ServerError) {
    try unsafe sign(issuer: handle, key: key, hash: hash)
  }

  private func sign(
    issuer: gnutls_x509_crt_t, key: borrowing PrivateKey, hash: CertificateOptions.SignatureHash
  ) throws(ServerError) {
    let digest = hash == .sha1 ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256
    try check("signing", unsafe gnutls_x509_crt_sign2(handle, issuer, key.handle, digest, 0))
  }

  /// What certificates and revocation lists of this authority call its key by (RFC 5280 §4.2.1.2).
  func subjectKeyIdentifier() throws(ServerError) -> [UInt8] {
    var identifier = [UInt8](repeating: 0, count: 20)
    var count = identifier.count
    try check("key id", unsafe gnutls_x509_crt_get_subject_key_id(handle, &identifier, &count, nil))
    return Array(identifier.prefix(count))
  }

  func serial() throws(ServerError) -> [UInt8] {
    var serial = [UInt8](repeating: 0, count: 20)
    var count = serial.count
    try check("serial", unsafe gnutls_x509_crt_get_serial(handle, &serial, &count))
    return Array(serial.prefix(count))
  }

  func pem() throws(ServerError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try check("writing a certificate", unsafe gnutls_x509_crt_export2(handle, GNUTLS_X509_FMT_PEM, &datum))
    return unsafe [UInt8](taking: datum)
  }
}
