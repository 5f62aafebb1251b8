internal import CScriptableTLSServer

/// GnuTLS's memory of the early data it has accepted (RFC 8446 §8).
///
/// `@unchecked Sendable`: nothing changes the handle after init, for its window never ends; what is remembered lies
/// behind the cache's lock.
@safe final class ReplayProtection: @unchecked Sendable {
  private let handle: gnutls_anti_replay_t
  private let seen = SessionCache()

  /// Without a memory, everything is taken for new.
  init(remembers: Bool) throws(ServerError) {
    var handle: gnutls_anti_replay_t?
    try check("preparing replay protection", unsafe gnutls_anti_replay_init(&handle))
    guard let handle = unsafe handle else { throw ServerError("replay protection", code: GNUTLS_E_MEMORY_ERROR) }
    unsafe self.handle = handle
    unsafe gnutls_anti_replay_set_ptr(handle, Unmanaged.passUnretained(seen).toOpaque())
    // At the end of its window (10 s by default) GnuTLS refuses the early data of every older ticket, which would
    // make tests depend on the time they take. 24 days.
    unsafe gnutls_anti_replay_set_window(handle, UInt32(Int32.max))
    if !remembers {
      unsafe gnutls_anti_replay_set_add_function(handle) { _, _, _, _ in 0 }
      return
    }
    unsafe gnutls_anti_replay_set_add_function(handle) { seen, _, key, data in
      guard let key = unsafe key?.pointee, let data = unsafe data?.pointee else { return GNUTLS_E_INTERNAL_ERROR }
      let isNew = unsafe SessionCache.borrowed(seen).add(key: [UInt8](copying: key), data: [UInt8](copying: data))
      return isNew ? 0 : GNUTLS_E_DB_ENTRY_EXISTS
    }
  }

  deinit { unsafe gnutls_anti_replay_deinit(handle) }

  /// Lets the session refuse what was seen before. The object must outlive the session.
  func attach(to session: gnutls_session_t) { unsafe gnutls_anti_replay_enable(session, handle) }
}
