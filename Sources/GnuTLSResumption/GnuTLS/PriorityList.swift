internal import CGnuTLS

/// What a priority string allows.
@safe
struct PriorityList: ~Copyable {
  private let cache: gnutls_priority_t

  /// Reads a priority string; nil for GnuTLS's default.
  /// - Parameter isAppended: The string stands behind GnuTLS's default.
  init(_ string: String?, isAppended: Bool = false) throws(GnuTLSError) {
    var cache: gnutls_priority_t?
    let flags = isAppended ? UInt32(GNUTLS_PRIORITY_INIT_DEF_APPEND) : 0
    try GnuTLSError.check(unsafe withOptionalCString(string) { unsafe gnutls_priority_init2(&cache, $0, nil, flags) })
    guard let cache = unsafe cache else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe self.cache = unsafe cache
  }

  /// Reads what a connection's identity says.
  init(_ identity: ConnectionIdentity) throws(GnuTLSError) {
    try self.init(identity.priority, isAppended: identity.isPriorityAppended)
  }

  deinit { unsafe gnutls_priority_deinit(cache) }

  func allows(cipher: UInt32) -> Bool {
    unsafe list { cache, list in unsafe gnutls_priority_cipher_list(cache, list) }.contains(cipher)
  }

  func allows(protocolVersion: UInt32) -> Bool {
    unsafe list { cache, list in unsafe gnutls_priority_protocol_list(cache, list) }.contains(protocolVersion)
  }

  /// GnuTLS's numbers of the groups, the preferred one first.
  var groups: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_group_list(cache, list) } }

  private func list(
    _ read: (gnutls_priority_t, UnsafeMutablePointer<UnsafePointer<UInt32>?>) -> Int32
  ) -> [UInt32] {
    // Borrowed: the numbers live in the cache.
    var numbers: UnsafePointer<UInt32>?
    let count = unsafe read(cache, &numbers)
    guard count > 0 else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: numbers, count: Int(count)))
  }
}
