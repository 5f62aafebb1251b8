internal import CGnuTLS
internal import SessionTickets

/// GnuTLS's calls for sessions by id, up to TLS 1.2.
enum SessionDatabase {
  /// - Parameter served: Borrowed; the session itself owns it.
  static func install(on session: gnutls_session_t, for served: ServedSession) {
    unsafe gnutls_db_set_ptr(session, Unmanaged.passUnretained(served).toOpaque())
    unsafe gnutls_db_set_store_function(session) { pointer, id, data in
      guard let (sessions, context) = unsafe SessionDatabase.place(of: pointer) else { return 0 }
      var data = unsafe [UInt8](copying: data)
      // The only copy: nothing has kept it then.
      defer { data.wipe() }
      // A failure is no reason to end the handshake.
      unsafe sessions.store(id: [UInt8](copying: id), data: data, context: context)
      return 0
    }
    unsafe gnutls_db_set_retrieve_function(session) { pointer, id in
      guard let (sessions, context) = unsafe SessionDatabase.place(of: pointer),
        var data = unsafe sessions.data(id: [UInt8](copying: id), context: context)
      else { return unsafe gnutls_datum_t() }
      defer { data.wipe() }
      // GnuTLS frees it.
      return unsafe data.withUnsafeBytes { unsafe cgnutls_copied($0.baseAddress, UInt32(clamping: $0.count)) }
    }
    unsafe gnutls_db_set_remove_function(session) { pointer, id in
      if let (sessions, context) = unsafe SessionDatabase.place(of: pointer) {
        unsafe sessions.remove(id: [UInt8](copying: id), context: context)
      }
      return 0
    }
  }

  private static func place(of pointer: UnsafeMutableRawPointer?) -> (ServerSessions, HostContext)? {
    guard let pointer = unsafe pointer else { return nil }
    let served = unsafe Unmanaged<ServedSession>.fromOpaque(pointer).takeUnretainedValue()
    guard let sessions = served.server.sessions, let context = served.context else { return nil }
    return (sessions, context)
  }
}

extension [UInt8] {
  fileprivate init(copying datum: gnutls_datum_t) {
    unsafe self.init(UnsafeRawBufferPointer(start: datum.data, count: Int(datum.size)))
  }
}
