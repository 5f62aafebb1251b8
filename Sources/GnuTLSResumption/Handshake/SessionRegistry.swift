internal import SessionTicketsLocking

/// Finds the context of a session inside GnuTLS's callbacks, which have no argument for one: the session's own
/// pointer (`gnutls_session_set_ptr`) belongs to the application.
enum SessionRegistry {
  /// A table of lists: to set up a dictionary takes a short-lived process longer than all its look-ups.
  private static let tables = Lock([[SessionContext]](repeating: [], count: 256))

  /// Its one counterpart is ``remove(_:)``, before the session is freed.
  /// - Returns: False if somebody else's session has a context already, whose handshake hasn't ended: nothing was done.
  ///   The session of one whose handshake has ended, and that is at its beginning now, is another at the same address:
  ///   the former is gone, whoever forgot to say so. So it is where the engine has just made the session.
  static func add(_ context: SessionContext) -> Bool {
    let index = index(of: context.session)
    return tables.withLock { tables in
      for known in tables[index] where known.session.address == context.session.address {
        if case .pending = known.handshake, !context.setup.canReconnect { return false }
      }
      tables[index].removeAll { $0.session.address == context.session.address }
      tables[index].append(context)
      return true
    }
  }

  /// Another context may have taken the place meanwhile: that of a new session at the same address.
  static func remove(_ context: SessionContext) {
    let index = index(of: context.session)
    tables.withLock { $0[index].removeAll { $0 === context } }
  }

  static func context(of session: SessionHandle) -> SessionContext? {
    let index = index(of: session)
    return tables.withLock { $0[index].first { $0.session.address == session.address } }
  }

  /// Sessions are some kilobytes apart.
  private static func index(of session: SessionHandle) -> Int {
    Int(truncatingIfNeeded: (session.address >> 12) ^ (session.address >> 4)) & 255
  }
}
