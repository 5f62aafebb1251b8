internal import CScriptableTLSServer

extension Array where Element == UInt8 {
  /// Lends a copy of the bytes as a GnuTLS datum. GnuTLS borrows it for the length of the call.
  func withDatum<Result>(_ body: (UnsafeMutablePointer<gnutls_datum_t>) -> Result) -> Result {
    var copy = self
    return unsafe copy.withUnsafeMutableBufferPointer { buffer in
      var datum = unsafe gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
      return unsafe body(&datum)
    }
  }

  /// Copies what a borrowed datum points to.
  init(copying datum: gnutls_datum_t) {
    self = unsafe [UInt8](UnsafeBufferPointer(start: datum.data, count: Int(datum.size)))
  }

  /// Copies what a datum that was allocated for us points to, and frees it.
  init(taking datum: gnutls_datum_t) {
    self = unsafe [UInt8](copying: datum)
    unsafe cscriptable_free(datum.data)
  }
}
