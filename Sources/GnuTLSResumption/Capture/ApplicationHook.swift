/// An application's own handshake hook, which GnuTLS could hold only one of: ours calls it.
@safe
public struct ApplicationHook {
  /// Given the session, the handshake message's type, 1 after and 0 before it is processed, 1 for an incoming
  /// message, and the message without its header. The answer is passed on to GnuTLS: a negative one ends the
  /// handshake.
  public typealias Function = (OpaquePointer, UInt32, UInt32, UInt32, UnsafeRawBufferPointer) -> Int32

  let messageType: UInt32
  let when: Int32
  let function: Function

  /// The arguments of `gnutls_handshake_set_hook_function`.
  /// - Parameters:
  ///   - messageType: `GNUTLS_HANDSHAKE_…`, or `UInt32.max` for any.
  ///   - when: `GNUTLS_HOOK_PRE` (0), `GNUTLS_HOOK_POST` (1) or `GNUTLS_HOOK_BOTH` (-1).
  ///   - function: The hook itself.
  public init(messageType: UInt32, when: Int32, function: @escaping Function) {
    self.messageType = messageType
    self.when = when
    unsafe self.function = unsafe function
  }
}
