internal import CGnuTLS

/// Why a peer is not trusted.
public struct VerificationFailure: Error, Hashable, Sendable {
  /// GnuTLS's `gnutls_certificate_status_t` bits; 0 if the trust itself could not be read, or an application refused.
  public let status: UInt32
  /// One sentence for people.
  public let message: String

  init(status: UInt32) {
    self.status = status
    var text = unsafe gnutls_datum_t()
    guard unsafe gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0 else {
      message = "the certificate is not trusted"
      return
    }
    defer { unsafe cgnutls_free(text.data) }
    let sentence = unsafe String(
      decoding: UnsafeRawBufferPointer(start: text.data, count: Int(text.size)), as: UTF8.self)
    message = sentence.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  init(message: String) {
    status = 0
    self.message = message
  }

  /// Nothing is wrong with the peer but the dates of its certificates.
  var isOnlyDates: Bool {
    let dates = UInt32(GNUTLS_CERT_EXPIRED.rawValue | GNUTLS_CERT_NOT_ACTIVATED.rawValue)
    return status & dates != 0 && status & ~(dates | UInt32(GNUTLS_CERT_INVALID.rawValue)) == 0
  }

  /// The application's closure said no.
  static let refusedByApplication = VerificationFailure(message: "the application's own check refused the peer")

  /// An attached session's server has taken early data that it may not take: what it has answered is not to be used.
  package static let earlyDataMisread = VerificationFailure(
    message: "it has taken early data under another protocol or version than the session's")
}

extension VerificationFailure: CustomStringConvertible {
  public var description: String { message }
}
