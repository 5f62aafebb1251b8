internal import CScriptableTLSServer
internal import Glibc

extension CertificateAuthority {
  /// Makes a certificate revocation list (RFC 5280 §5), as PEM.
  ///
  /// - Parameters:
  ///   - certificates: Leaves that this authority has issued.
  ///   - authorities: Authorities that this one has certified.
  ///   - thisUpdate: Seconds since 1970, also the time of the revocations. Nil: now.
  ///   - nextUpdate: Seconds since 1970 when the next list is due. Nil: in a week.
  public func revocationList(
    revoking certificates: [IssuedCertificate] = [], authorities: [CertificateAuthority] = [],
    thisUpdate: Int64? = nil, nextUpdate: Int64? = nil
  ) throws(ServerError) -> [UInt8] {
    let now = Int64(time(nil))
    let thisUpdate = thisUpdate ?? now
    let list = try RevocationList()
    let handle = unsafe list.handle
    try check("version", unsafe gnutls_x509_crl_set_version(handle, 2))
    try check("dates", unsafe gnutls_x509_crl_set_this_update(handle, time_t(thisUpdate)))
    try check("dates", unsafe gnutls_x509_crl_set_next_update(handle, time_t(nextUpdate ?? now + 7 * 86_400)))
    for serial in certificates.map(\.serial) + authorities.map(\.serial) {
      let code = unsafe gnutls_x509_crl_set_crt_serial(handle, serial, serial.count, time_t(thisUpdate))
      try check("revoked certificate", code)
    }
    let issuer = try CertificateBuilder.reading(certificate)
    let identifier = try issuer.subjectKeyIdentifier()
    try check("issuer", unsafe gnutls_x509_crl_set_authority_key_id(handle, identifier, identifier.count))
    // Lists are numbered in the order of their making (RFC 5280 §5.2.3): so the time will do.
    let number = (0..<8).map { UInt8(truncatingIfNeeded: thisUpdate >> Int64(56 - 8 * $0)) }
    try check("number", unsafe gnutls_x509_crl_set_number(handle, number, number.count))
    let key = try PrivateKey.reading(key)
    try check(
      "signing", unsafe gnutls_x509_crl_sign2(handle, issuer.handle, key.handle, GNUTLS_DIG_SHA256, 0))
    return try list.pem()
  }
}

/// Owns a revocation list while it is put together.
@safe private struct RevocationList: ~Copyable {
  let handle: gnutls_x509_crl_t

  init() throws(ServerError) {
    var handle: gnutls_x509_crl_t?
    try check("making a revocation list", unsafe gnutls_x509_crl_init(&handle))
    guard let handle = unsafe handle else {
      throw ServerError("making a revocation list", code: GNUTLS_E_MEMORY_ERROR)
    }
    unsafe self.handle = handle
  }

  deinit { unsafe gnutls_x509_crl_deinit(handle) }

  func pem() throws(ServerError) -> [UInt8] {
    var datum = unsafe gnutls_datum_t()
    try check("writing a revocation list", unsafe gnutls_x509_crl_export2(handle, GNUTLS_X509_FMT_PEM, &datum))
    return unsafe [UInt8](taking: datum)
  }
}
