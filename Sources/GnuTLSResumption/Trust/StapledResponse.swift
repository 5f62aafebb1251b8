internal import CGnuTLS

/// A stapled OCSP response, owned.
///
/// GnuTLS takes the response that came with the full handshake into account after a resumption too: one that has been
/// superseded meanwhile, or whose signer's certificate has expired, would have the resumed session refused.
@safe
struct StapledResponse: ~Copyable {
  /// For a response without a time of the next: 15 days, as GnuTLS has it (`MAX_OCSP_VALIDITY_SECS`).
  private static let mostAge: Int64 = 15 * 24 * 3600
  /// How many certificates' statuses are looked at.
  private static let mostStatuses: UInt32 = 64

  private let response: gnutls_ocsp_resp_t

  /// Parses DER; nil if it is no response.
  init?(_ der: [UInt8]) {
    var pointer: gnutls_ocsp_resp_t?
    guard unsafe gnutls_ocsp_resp_init(&pointer) == 0, let response = unsafe pointer else { return nil }
    guard unsafe der.withDatum({ unsafe gnutls_ocsp_resp_import(response, $0) }) == 0 else {
      unsafe gnutls_ocsp_resp_deinit(response)
      return nil
    }
    unsafe self.response = unsafe response
  }

  deinit { unsafe gnutls_ocsp_resp_deinit(response) }

  /// It says something, and not only that the responder has nothing to say.
  private var isSuccessful: Bool {
    unsafe gnutls_ocsp_resp_get_status(response) == GNUTLS_OCSP_RESP_SUCCESSFUL.rawValue
  }

  /// When it is superseded, in seconds since 1970: the far future if it only says that the responder has none, nil if it
  /// doesn't speak for its certificate.
  var end: Int64? {
    guard isSuccessful else { return .max }
    var end: Int64?
    for index in 0..<Self.mostStatuses {
      var status: UInt32 = 0
      var thisUpdate = 0
      var nextUpdate = 0
      let code = unsafe cgnutls_staple_status(response, index, &status, &thisUpdate, &nextUpdate)
      if code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE { break }
      guard code == 0, status != GNUTLS_OCSP_CERT_REVOKED.rawValue else { return nil }
      let own = nextUpdate == -1 ? Int64(thisUpdate).addingClamped(Self.mostAge) : Int64(nextUpdate)
      end = min(end ?? .max, own)
    }
    return end
  }

  /// When all certificates are valid that came in it and are so at a time, in seconds since 1970, with those of the list
  /// that have issued them: one of them has signed it (RFC 6960, section 4.2.2.2).
  func validityOfSigners(around time: Int64, trust: gnutls_x509_trust_list_t?) -> Validity {
    var result = Validity()
    var certificates: UnsafeMutablePointer<gnutls_x509_crt_t?>?
    var count = 0
    guard isSuccessful, unsafe gnutls_ocsp_resp_get_certs(response, &certificates, &count) == 0,
      let certificates = unsafe certificates
    else { return result }
    defer {
      for index in 0..<count { unsafe gnutls_x509_crt_deinit(certificates[index]) }
      unsafe cgnutls_free(certificates)
    }
    for index in 0..<count {
      guard let certificate = unsafe certificates[index] else { continue }
      unsafe result.formIntersection(ofValid: certificate, at: time)
      var issuer: gnutls_x509_crt_t?
      // Borrowed: it lives in the list.
      guard let trust = unsafe trust, unsafe gnutls_x509_trust_list_get_issuer(trust, certificate, &issuer, 0) == 0,
        let issuer = unsafe issuer
      else { continue }
      unsafe result.formIntersection(ofValid: issuer, at: time)
    }
    return result
  }

  /// Whether GnuTLS would believe it in a handshake now: signed by who may do so, by this trust or by a certificate that
  /// was sent along (`gnutls_certificate_verify_peers`).
  func isSigned(_ trust: gnutls_x509_trust_list_t?, issuers: [gnutls_x509_crt_t?], flags: UInt32) -> Bool {
    guard isSuccessful else { return true }
    var status: UInt32 = 0
    if unsafe gnutls_ocsp_resp_verify(response, trust, &status, flags) == 0, status == 0 { return true }
    for index in unsafe issuers.indices {
      status = 0
      if unsafe gnutls_ocsp_resp_verify_direct(response, issuers[index], &status, flags) == 0, status == 0 {
        return true
      }
    }
    return false
  }
}

extension StapledResponse {
  /// Whether a response, in DER, is none at all, or still speaks for its certificate.
  static func isGood(_ der: [UInt8], now: Int64) -> Bool {
    guard let end = end(of: der) else { return false }
    return now <= end
  }

  /// When a response, in DER, is superseded, in seconds since 1970: the far future if it is none at all, or only says
  /// that the responder has none, nil if it doesn't speak for its certificate.
  static func end(of der: [UInt8]) -> Int64? {
    der.isEmpty ? .max : StapledResponse(der)?.end
  }

  /// When all those are valid who have signed the responses of a chain, in DER, and are so at a time.
  static func validityOfSigners(
    of staples: [[UInt8]], around time: Int64, trust: gnutls_x509_trust_list_t?
  ) -> Validity {
    var result = Validity()
    for der in staples where !der.isEmpty {
      if let response = StapledResponse(der) {
        result.formIntersection(unsafe response.validityOfSigners(around: time, trust: trust))
      }
    }
    return result
  }
}

extension Validity {
  /// Narrows the span to a certificate's, if that is valid at a time.
  mutating func formIntersection(ofValid certificate: gnutls_x509_crt_t, at time: Int64) {
    var own = Validity()
    unsafe own.formIntersection(of: certificate)
    if own.contains(time) { formIntersection(own) }
  }
}
