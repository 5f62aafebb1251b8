internal import CGnuTLS
internal import Glibc

/// A failure that GnuTLS reported: its own code, and the alert that went with it if there was one.
///
/// Errors with the same ``code-swift.property`` are equal.
public struct GnuTLSError: Error, Sendable {
  /// GnuTLS's error code (`GNUTLS_E_…`), an open set.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// `GNUTLS_E_INVALID_REQUEST`.
    public static let invalidRequest = Code(rawValue: GNUTLS_E_INVALID_REQUEST)
    static let fatalAlert = Code(rawValue: GNUTLS_E_FATAL_ALERT_RECEIVED)
    static let pull = Code(rawValue: GNUTLS_E_PULL_ERROR)
    static let push = Code(rawValue: GNUTLS_E_PUSH_ERROR)
    static let timedOut = Code(rawValue: GNUTLS_E_TIMEDOUT)
    static let prematureTermination = Code(rawValue: GNUTLS_E_PREMATURE_TERMINATION)
    static let certificate = Code(rawValue: GNUTLS_E_CERTIFICATE_ERROR)
    static let verification = Code(rawValue: GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
  }

  public let code: Code
  /// The alert's description number (RFC 8446, section 6), when the peer sent one.
  public let alert: UInt32?

  /// The system's error number for a failed transport, or 0.
  public let errno: Int32

  init(_ code: Int32, alert: UInt32? = nil, errno: Int32 = 0) {
    self.code = Code(rawValue: code)
    self.alert = alert
    self.errno = errno
  }

  /// Throws for a negative return value of GnuTLS.
  @discardableResult
  static func check(_ result: Int32) throws(GnuTLSError) -> Int32 {
    guard result < 0 else { return result }
    throw GnuTLSError(result)
  }
}

extension GnuTLSError {
  /// The peer has done what it may not do.
  static let illegalParameter = GnuTLSError(GNUTLS_E_ILLEGAL_PARAMETER)
}

extension GnuTLSError: Equatable {
  public static func == (left: GnuTLSError, right: GnuTLSError) -> Bool { left.code == right.code }
}

extension GnuTLSError: CustomStringConvertible {
  /// GnuTLS's own words, and the alert's name.
  public var description: String {
    let text = unsafe String(cString: gnutls_strerror(code.rawValue))
    let sentence = text.last == "." ? String(text.dropLast()) : text
    if errno != 0 { return unsafe "\(sentence): \(String(cString: strerror(errno)))" }
    guard let alert, let name = unsafe gnutls_alert_get_name(gnutls_alert_description_t(rawValue: alert)) else {
      return sentence
    }
    return unsafe "\(sentence) (the server's alert: \(String(cString: name)))"
  }
}
