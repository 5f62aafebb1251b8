internal import CGnuTLS
internal import SessionTicketsLocking

/// A `gnutls_priority_t`, owned, and shared by sessions, which borrow it.
@safe
final class SharedPriorities: @unchecked Sendable {
  // Immutable after init: that is why it may be shared between threads.
  private let cache: gnutls_priority_t

  /// - Parameter isAppended: The string stands behind GnuTLS's default, instead of in its place.
  init(_ string: String, isAppended: Bool) throws(GnuTLSError) {
    guard !string.utf8.contains(0) else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    var cache: gnutls_priority_t?
    let flags = isAppended ? UInt32(GNUTLS_PRIORITY_INIT_DEF_APPEND) : 0
    try GnuTLSError.check(unsafe gnutls_priority_init2(&cache, string, nil, flags))
    guard let cache = unsafe cache else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe self.cache = unsafe cache
  }

  deinit { unsafe gnutls_priority_deinit(cache) }

  func set(on session: SessionHandle) throws(GnuTLSError) {
    // GnuTLS counts its references itself.
    try GnuTLSError.check(unsafe gnutls_priority_set(session.pointer, cache))
  }
}

/// The priorities of this process's sessions: to read a priority string takes GnuTLS a twentieth of a resumed handshake.
enum PriorityCache {
  private struct Entry {
    let string: String
    let isAppended: Bool
    let priorities: SharedPriorities
  }

  private static let most = 16
  private static let known = Lock<[Entry]>([])

  static func priorities(_ string: String, isAppended: Bool) throws(GnuTLSError) -> SharedPriorities {
    // The configuration file has its say in what a string means, and GnuTLS may read it again.
    guard GnuTLSConfiguration.isAsLoaded else { return try SharedPriorities(string, isAppended: isAppended) }
    return try known.withLock { (known) throws(GnuTLSError) in
      if known.count >= most { known = [] }
      if let entry = known.first(where: { $0.string == string && $0.isAppended == isAppended }) {
        return entry.priorities
      }
      let made = try SharedPriorities(string, isAppended: isAppended)
      known.append(Entry(string: string, isAppended: isAppended, priorities: made))
      return made
    }
  }
}
