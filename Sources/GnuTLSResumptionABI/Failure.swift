internal import CGnuTLSResumption

/// Why a function returns a negative code: what happened, with which server or file, and what to do.
struct Failure: Error {
  let code: Int32
  let message: String

  init(_ code: Int32, _ message: String) {
    self.code = code
    self.message = message
  }

  static func invalid(_ message: String) -> Failure { Failure(GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, message) }

  static func missing(_ field: String, _ advice: String) -> Failure { invalid("\(field) is missing; \(advice)") }

  static func contradiction(_ field: String, _ kind: String) -> Failure {
    invalid("\(field) is set, and would not be used, as verification->kind is \(kind); set one of them otherwise")
  }
}
