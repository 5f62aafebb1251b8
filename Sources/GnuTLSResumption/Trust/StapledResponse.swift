internal import CGnuTLS

/// What a stapled OCSP response says by itself, without its signature.
///
/// GnuTLS takes the response that came with the full handshake into account after a resumption too: one that has been
/// superseded meanwhile would have the resumed session refused.
enum StapledResponse {
  /// For a response without a time of the next: 15 days, as GnuTLS has it (`MAX_OCSP_VALIDITY_SECS`).
  private static let mostAge: Int64 = 15 * 24 * 3600

  /// Whether the response, in DER, is none at all, or still speaks for its certificate.
  static func isGood(_ der: [UInt8], now: Int64) -> Bool {
    guard let end = end(of: der) else { return false }
    return now <= end
  }

  /// When the response, in DER, is superseded, in seconds since 1970: the far future if it is none at all, or only says
  /// that the responder has none, nil if it doesn't speak for its certificate.
  static func end(of der: [UInt8]) -> Int64? {
    guard !der.isEmpty else { return .max }
    var response: gnutls_ocsp_resp_t?
    guard unsafe gnutls_ocsp_resp_init(&response) == 0 else { return nil }
    defer { unsafe gnutls_ocsp_resp_deinit(response) }
    var status: UInt32 = 0
    var thisUpdate = 0
    var nextUpdate = 0
    guard unsafe der.withDatum({ unsafe gnutls_ocsp_resp_import(response, $0) }) == 0 else { return nil }
    guard unsafe gnutls_ocsp_resp_get_status(response) == GNUTLS_OCSP_RESP_SUCCESSFUL.rawValue else { return .max }
    guard unsafe cgnutls_staple_status(response, &status, &thisUpdate, &nextUpdate) == 0,
      status != GNUTLS_OCSP_CERT_REVOKED.rawValue
    else { return nil }
    return nextUpdate == -1 ? Int64(thisUpdate) + mostAge : Int64(nextUpdate)
  }
}
