/// Finds the context of a session inside GnuTLS's callbacks, which have no argument for one: the session's own
/// pointer (`gnutls_session_set_ptr`) belongs to the application.
enum SessionRegistry {
  private static let contexts = AddressTable<SessionContext>(listCount: 256)

  /// Its one counterpart is ``remove(_:)``, before the session is freed.
  /// - Returns: False if somebody else's session has a context already, whose handshake hasn't ended: nothing was done.
  ///   The session of one whose handshake has ended, and that is at its beginning now, is another at the same address:
  ///   the former is gone, whoever forgot to say so. So it is where the engine has just made the session.
  static func add(_ context: SessionContext) -> Bool {
    contexts.change(at: context.session.address) { known in
      if let known, case .pending = known.handshake, !context.setup.isOwn { return false }
      known = context
      return true
    }
  }

  /// Another context may have taken the place meanwhile: that of a new session at the same address.
  static func remove(_ context: SessionContext) {
    contexts.change(at: context.session.address) { known in
      if known === context { known = nil }
    }
  }

  static func context(of session: SessionHandle) -> SessionContext? { contexts.value(at: session.address) }
}
