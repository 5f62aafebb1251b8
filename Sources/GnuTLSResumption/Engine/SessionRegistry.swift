internal import Locking

/// Finds the context of a session inside GnuTLS's callbacks, which have no argument for one: the session's own
/// pointer (`gnutls_session_set_ptr`) belongs to the application.
enum SessionRegistry {
  private static let contexts = Lock<[UInt: SessionContext]>([:])

  /// Its one counterpart is ``remove(_:)``, before the session is freed.
  static func add(_ context: SessionContext) {
    contexts.withLock { $0[context.session.address] = context }
  }

  ///
  /// Another context may have taken the place meanwhile: that of a new session at the same address.
  static func remove(_ context: SessionContext) {
    contexts.withLock { contexts in
      if contexts[context.session.address] === context { contexts[context.session.address] = nil }
    }
  }

  static func context(of session: SessionHandle) -> SessionContext? {
    contexts.withLock { $0[session.address] }
  }
}
