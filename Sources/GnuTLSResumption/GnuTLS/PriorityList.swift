internal import CGnuTLS

/// What a priority string allows.
@safe
struct PriorityList: ~Copyable {
  private let cache: gnutls_priority_t

  /// Reads a priority string; nil for GnuTLS's default.
  init(_ string: String?) throws(GnuTLSError) {
    var cache: gnutls_priority_t?
    try GnuTLSError.check(unsafe withOptionalCString(string) { unsafe gnutls_priority_init(&cache, $0, nil) })
    guard let cache = unsafe cache else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe self.cache = unsafe cache
  }

  deinit { unsafe gnutls_priority_deinit(cache) }

  func allows(cipher: UInt32) -> Bool {
    unsafe contains(cipher) { cache, list in unsafe gnutls_priority_cipher_list(cache, list) }
  }

  func allows(protocolVersion: UInt32) -> Bool {
    unsafe contains(protocolVersion) { cache, list in unsafe gnutls_priority_protocol_list(cache, list) }
  }

  private func contains(
    _ number: UInt32,
    _ read: (gnutls_priority_t, UnsafeMutablePointer<UnsafePointer<UInt32>?>) -> Int32
  ) -> Bool {
    // Borrowed: the list lives in the cache.
    var list: UnsafePointer<UInt32>?
    let count = unsafe read(cache, &list)
    guard count > 0, let list = unsafe list else { return false }
    return unsafe UnsafeBufferPointer(start: list, count: Int(count)).contains(number)
  }
}
