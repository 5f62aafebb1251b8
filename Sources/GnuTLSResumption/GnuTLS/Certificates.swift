internal import CGnuTLS

/// A parsed chain of certificates, owned: `gnutls_x509_crt_t`s that are freed with it.
@safe
struct CertificateChain: ~Copyable {
  private var certificates: [gnutls_x509_crt_t?] = unsafe []

  /// Parses DER certificates, leaf first.
  init(_ chain: [[UInt8]]) throws(GnuTLSError) {
    for der in chain {
      var certificate: gnutls_x509_crt_t?
      try GnuTLSError.check(unsafe gnutls_x509_crt_init(&certificate))
      unsafe certificates.append(certificate)
      try GnuTLSError.check(
        unsafe der.withDatum { datum in unsafe gnutls_x509_crt_import(certificate, datum, GNUTLS_X509_FMT_DER) })
    }
  }

  deinit {
    for index in unsafe certificates.indices { unsafe gnutls_x509_crt_deinit(certificates[index]) }
  }

  /// The most certificates that GnuTLS verifies (`DEFAULT_MAX_VERIFY_DEPTH`): a longer chain would be written behind the
  /// end of an array of its own.
  static let mostCertificates = 16

  /// Verifies the chain for a TLS server of this name.
  /// - Returns: GnuTLS's status bits, 0 for trusted, and the path that was verified then.
  mutating func status(
    trust: gnutls_x509_trust_list_t?, name: String?, flags: UInt32, withKeys: Bool = false
  ) throws(GnuTLSError) -> (status: UInt32, path: VerifiedPath) {
    let count = unsafe certificates.count
    guard count <= Self.mostCertificates else { throw GnuTLSError(GNUTLS_E_CONSTRAINT_ERROR) }
    var status: UInt32 = 0
    let (code, path) = unsafe certificates.withUnsafeMutableBufferPointer { list in
      PathWatch.path(withKeys: withKeys) {
        unsafe withOptionalCString(name) {
          unsafe cgnutls_verify_chain(
            trust, list.baseAddress, UInt32(truncatingIfNeeded: count), $0, flags, &status, PathWatch.function)
        }
      }
    }
    try GnuTLSError.check(code)
    return (status, path)
  }

  /// Whether GnuTLS would believe the stapled responses of the chain in a handshake now.
  func areSigned(_ staples: [[UInt8]], trust: gnutls_x509_trust_list_t?, flags: UInt32) -> Bool {
    for (index, der) in staples.enumerated() where !der.isEmpty {
      let issuers = unsafe Array(certificates.dropFirst(index + 1))
      guard let response = StapledResponse(der), unsafe response.isSigned(trust, issuers: issuers, flags: flags) else {
        return false
      }
    }
    return true
  }

  /// When all of its certificates are valid.
  var validity: Validity {
    var result = Validity()
    for index in unsafe certificates.indices {
      if let certificate = unsafe certificates[index] { unsafe result.formIntersection(of: certificate) }
    }
    return result
  }

  /// When all of its certificates are valid that are so at a time, in seconds since 1970.
  func validity(around time: Int64) -> Validity {
    var result = Validity()
    for index in unsafe certificates.indices {
      guard let certificate = unsafe certificates[index] else { continue }
      unsafe result.formIntersection(ofValid: certificate, at: time)
    }
    return result
  }
}

extension [UInt8] {
  /// Lends the bytes as a `gnutls_datum_t` for one call; none of them if they are more than it can hold. GnuTLS's
  /// parameter isn't const, but it doesn't write.
  func withDatum<Result>(_ body: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
    unsafe withUnsafeBytes { bytes in
      var datum = unsafe gnutls_datum_t(
        data: UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)),
        size: UInt32(exactly: bytes.count) ?? 0)
      return unsafe body(&datum)
    }
  }
}

/// Lends a string, or its absence, as a C string for one call.
func withOptionalCString<Result>(_ string: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let string else { return body(nil) }
  return unsafe string.withCString { unsafe body($0) }
}
