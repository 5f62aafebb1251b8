internal import CScriptableTLSServer
internal import ScriptableTLSServer

/// A trust list of plain GnuTLS, to compare others' verdicts with (`gnutls_x509_trust_list_verify_crt2`).
@safe public final class PlainVerification {
  /// The least security that verification asks for (`gnutls_certificate_verification_profiles_t`).
  public enum Profile: Sendable {
    /// None: any key that GnuTLS can handle.
    case any
    /// 112 bits, as RSA with 2048 has.
    case medium
  }

  private let list: gnutls_x509_trust_list_t

  /// Trusts the roots (PEM), and uses the revocation lists (PEM) that they have signed.
  ///
  /// - Throws: Also if a revocation list isn't good today (`GNUTLS_TL_VERIFY_CRL`).
  public init(roots: [UInt8], revocationLists: [[UInt8]] = []) throws {
    var list: gnutls_x509_trust_list_t?
    guard unsafe gnutls_x509_trust_list_init(&list, 0) == 0, let list = unsafe list else {
      throw PeerError("no trust list")
    }
    unsafe self.list = list
    try unsafe add(roots, as: "root") {
      unsafe gnutls_x509_trust_list_add_trust_mem(list, $0, nil, GNUTLS_X509_FMT_PEM, 0, 0)
    }
    let flags = UInt32(GNUTLS_TL_VERIFY_CRL.rawValue | GNUTLS_TL_FAIL_ON_INVALID_CRL.rawValue)
    for revocations in revocationLists {
      try unsafe add(revocations, as: "revocation list") {
        unsafe gnutls_x509_trust_list_add_trust_mem(list, nil, $0, GNUTLS_X509_FMT_PEM, flags, 0)
      }
    }
  }

  deinit { unsafe gnutls_x509_trust_list_deinit(list, 1) }

  private func add(_ pem: [UInt8], as kind: String, _ body: (UnsafePointer<gnutls_datum_t>) -> Int32) throws {
    let code = unsafe withDatum(pem, body)
    guard code > 0 else { throw PeerError("no \(kind) could be added: \(gnutlsErrorName(code))") }
  }

  /// Verifies a chain (PEM) for a TLS server of that name.
  public func status(
    of chain: [UInt8], name: String = "localhost", profile: Profile = .any
  ) throws -> CertificateStatus {
    var certificates: UnsafeMutablePointer<gnutls_x509_crt_t?>?
    var count: UInt32 = 0
    let code = unsafe withDatum(chain) {
      unsafe gnutls_x509_crt_list_import2(&certificates, &count, $0, GNUTLS_X509_FMT_PEM, 0)
    }
    guard code >= 0 else { throw PeerError("no chain: \(gnutlsErrorName(code))") }
    defer {
      for index in 0..<Int(count) { unsafe gnutls_x509_crt_deinit(certificates?[index]) }
      unsafe cgnutls_free(certificates)
    }
    // GNUTLS_PROFILE_TO_VFLAGS: the profile stands in the flags' highest byte.
    let flags = profile == .medium ? UInt32(GNUTLS_PROFILE_MEDIUM.rawValue) << 24 : 0
    var status: UInt32 = 0
    let result = unsafe cgnutls_verify_chain(list, certificates, count, name, flags, &status, nil)
    guard result >= 0 else { throw PeerError("no verdict: \(gnutlsErrorName(result))") }
    return CertificateStatus(rawValue: status)
  }
}

/// Lends bytes as a datum, which GnuTLS only reads.
private func withDatum<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
  var copy = bytes
  return unsafe copy.withUnsafeMutableBufferPointer { buffer in
    var datum = unsafe gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
    return unsafe body(&datum)
  }
}
