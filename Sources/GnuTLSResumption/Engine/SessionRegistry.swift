internal import Locking

/// Finds the context of a session inside GnuTLS's callbacks, which have no argument for one: the session's own
/// pointer (`gnutls_session_set_ptr`) belongs to the application.
enum SessionRegistry {
  private static let contexts = Lock<[UInt: SessionContext]>([:])

  /// Its one counterpart is ``remove(_:)``, before the session is freed.
  static func add(_ context: SessionContext) {
    contexts.withLock { $0[context.session.address] = context }
  }

  static func remove(_ session: SessionHandle) {
    _ = contexts.withLock { $0.removeValue(forKey: session.address) }
  }

  static func context(of session: SessionHandle) -> SessionContext? {
    contexts.withLock { $0[session.address] }
  }
}
