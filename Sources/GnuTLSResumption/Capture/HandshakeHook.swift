internal import CGnuTLS

/// The one function that GnuTLS calls for handshake messages of sessions in the registry.
package enum HandshakeHook {
  /// Whether the thread's stack suffices for taking a ticket in, as far as somebody knows: where it doesn't, the ticket is
  /// passed over. To be set before any session is attached.
  nonisolated(unsafe) package static var mayTakeTickets: (@convention(c) () -> Int32)?
  private static var mayTakeTicket: Bool { unsafe mayTakeTickets?() != 0 }

  /// Registers it for all messages: tickets that come, the ClientHello that leaves, and what an application's own hook
  /// wants to see as well.
  static func install(on session: SessionHandle) {
    unsafe gnutls_handshake_set_hook_function(
      session.pointer, cgnutls_handshake_any(), GNUTLS_HOOK_BOTH,
      { session, type, when, incoming, message in
        guard let session = unsafe session else { return 0 }
        return unsafe HandshakeHook.called(SessionHandle(session), type, when, incoming, message)
      })
  }

  private static func called(
    _ session: SessionHandle, _ type: UInt32, _ when: UInt32, _ incoming: UInt32,
    _ message: UnsafePointer<gnutls_datum_t>?
  ) -> Int32 {
    guard let context = SessionRegistry.context(of: session) else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: message?.pointee.data, count: Int(message?.pointee.size ?? 0))
    if type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET.rawValue, incoming != 0, mayTakeTicket {
      if when == UInt32(GNUTLS_HOOK_PRE) {
        unsafe context.capture.sawMessage(Array(bytes))
      } else {
        context.ticketCame()
      }
    } else if type == GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue, incoming == 0, when == UInt32(GNUTLS_HOOK_PRE) {
      // That of DTLS is of another form, and never has a ticket of TLS 1.3.
      let isDatagram = context.setup.identity.server.isDatagram
      let message = isDatagram ? nil : unsafe SentClientHello(Array(bytes))
      guard context.mayBegin(with: message) else { return GNUTLS_E_INVALID_REQUEST }
      context.handshakeBegins()
      if let message { context.sent(message) }
    } else if type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST.rawValue, incoming != 0, context.hasSentEarlyData {
      context.setup.log("the handshake ends: after early data GnuTLS can't go on from a HelloRetryRequest")
      return GNUTLS_E_INVALID_REQUEST
    }
    // A negative return ends the handshake, so ours is 0 else; the application's is its own affair.
    guard let hook = context.applicationHook, hook.wants(type: type, when: when) else { return 0 }
    return unsafe hook.function(session.pointer, type, when, incoming, bytes)
  }
}

extension ApplicationHook {
  func wants(type: UInt32, when: UInt32) -> Bool {
    (messageType == type || messageType == cgnutls_handshake_any())
      && (self.when == GNUTLS_HOOK_BOTH || self.when == Int32(bitPattern: when))
  }
}
