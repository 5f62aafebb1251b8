internal import CScriptableTLSServer
internal import SessionTicketsLocking

/// The TLS 1.2 sessions that clients resume by their id, in memory, and what early data was seen before.
///
/// GnuTLS gets a borrowed pointer to it: it must outlive every session it was attached to.
final class SessionCache: Sendable {
  private let entries = Lock<[[UInt8]: [UInt8]]>([:])

  func removeAll() { entries.withLock { $0.removeAll() } }

  /// Lets the session's client resume by session id.
  func attach(to session: gnutls_session_t) {
    unsafe gnutls_db_set_ptr(session, Unmanaged.passUnretained(self).toOpaque())
    unsafe gnutls_db_set_store_function(session) { cache, key, data in
      unsafe SessionCache.borrowed(cache).store(key: [UInt8](copying: key), data: [UInt8](copying: data))
      return 0
    }
    unsafe gnutls_db_set_retrieve_function(session) { cache, key in
      guard let data = unsafe SessionCache.borrowed(cache).data(for: [UInt8](copying: key)) else {
        return unsafe gnutls_datum_t()
      }
      return unsafe data.withUnsafeBytes { unsafe cscriptable_copy_datum($0.baseAddress, UInt32($0.count)) }
    }
    unsafe gnutls_db_set_remove_function(session) { cache, key in
      unsafe SessionCache.borrowed(cache).remove([UInt8](copying: key))
      return 0
    }
  }

  /// Keeps an entry unless there is one with that key. Returns whether it was kept.
  func add(key: [UInt8], data: [UInt8]) -> Bool {
    entries.withLock { entries in
      if entries[key] != nil { return false }
      entries[key] = data
      return true
    }
  }

  static func borrowed(_ pointer: UnsafeMutableRawPointer?) -> SessionCache {
    guard let pointer = unsafe pointer else { preconditionFailure("GnuTLS lost the database pointer") }
    return unsafe Unmanaged<SessionCache>.fromOpaque(pointer).takeUnretainedValue()
  }

  private func store(key: [UInt8], data: [UInt8]) { entries.withLock { $0[key] = data } }
  private func data(for key: [UInt8]) -> [UInt8]? { entries.withLock { $0[key] } }
  private func remove(_ key: [UInt8]) { entries.withLock { $0[key] = nil } }
}
