internal import CScriptableTLSServer

/// Why a server couldn't be started, or a certificate not be made.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  /// What was being done.
  public let operation: String
  /// GnuTLS's error (negative), or the system's error number (positive).
  public let code: Int32

  public init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  public var description: String {
    code < 0 ? "\(operation): \(gnutlsErrorName(code))" : "\(operation): system error \(code)"
  }
}

/// GnuTLS's own name of an error, such as `GNUTLS_E_PULL_ERROR`.
public func gnutlsErrorName(_ code: Int32) -> String {
  guard let name = unsafe gnutls_strerror_name(code) else { return "GnuTLS error \(code)" }
  return unsafe String(cString: name)
}

/// Throws unless GnuTLS reported success.
func check(_ operation: String, _ code: Int32) throws(ServerError) {
  if code < 0 { throw ServerError(operation, code: code) }
}
