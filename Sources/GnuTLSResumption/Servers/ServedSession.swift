internal import CGnuTLS
internal import SessionTickets

/// What a server's session is attached to, from before its handshake until `gnutls_deinit`.
///
/// GnuTLS holds it as the data of an extension that is never sent nor read: so it needs no table, and nobody has to say
/// when a session ends. It belongs to the session, which one thread at a time uses.
@safe
final class ServedSession {
  let server: ServerTickets
  private let contexts: SessionContexts
  private let hook: ApplicationHook?
  private var hello: Hello?
  /// The application sends the tickets (``ServerTickets/sendTickets(on:)``), as many as the client asks for.
  let sendsOnRequest: Bool
  private(set) var request: TicketRequest?
  /// What is stored of the session is bound to it; nil: nothing is.
  var context: HostContext? { hello?.context }

  /// What the first ClientHello has said.
  private struct Hello {
    let serverName: String?
    let context: HostContext?
  }

  /// Of the numbers for private use (RFC 8447, section 7). A client that sends it is not answered.
  private static let extensionType: UInt32 = 0xFF6E

  init(
    _ server: ServerTickets, contexts: @escaping SessionContexts, hook: ApplicationHook?, sendsOnRequest: Bool = false
  ) {
    self.server = server
    self.sendsOnRequest = sendsOnRequest
    unsafe self.contexts = unsafe contexts
    self.hook = hook
  }

  /// Borrowed from the session.
  static func of(_ session: SessionHandle) -> ServedSession? {
    var data: UnsafeMutableRawPointer?
    guard unsafe gnutls_ext_get_data(session.pointer, extensionType, &data) == 0, let data = unsafe data else {
      return nil
    }
    return unsafe Unmanaged<ServedSession>.fromOpaque(data).takeUnretainedValue()
  }

  func attach(to session: SessionHandle) throws(GnuTLSError) {
    guard session.canBeServed else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    let code = unsafe gnutls_session_ext_register(
      session.pointer, "gnutls-resumption", Int32(Self.extensionType), GNUTLS_EXT_TLS, nil, nil,
      { data in
        // The one counterpart of passRetained below.
        if let data = unsafe data { unsafe Unmanaged<ServedSession>.fromOpaque(data).release() }
      }, nil, nil, 0)
    guard code == 0 else { throw GnuTLSError(code == GNUTLS_E_ALREADY_REGISTERED ? GNUTLS_E_INVALID_REQUEST : code) }
    unsafe gnutls_ext_set_data(session.pointer, Self.extensionType, Unmanaged.passRetained(self).toOpaque())
    unsafe gnutls_db_set_cache_expiration(session.pointer, Int32(clamping: server.calendar.lifetime))
    if sendsOnRequest { listenForRequest(on: session) }
    if server.sessions != nil { unsafe SessionDatabase.install(on: session.pointer, for: self) }
    installHook(on: session)
  }

  /// Without a hook of the application's, GnuTLS calls ours for one message only.
  private func installHook(on session: SessionHandle) {
    let type = hook == nil ? GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue : cgnutls_handshake_any()
    let when = hook == nil ? GNUTLS_HOOK_PRE : GNUTLS_HOOK_BOTH
    unsafe gnutls_handshake_set_hook_function(session.pointer, type, when) { session, type, when, incoming, message in
      guard let session = unsafe session, let served = unsafe ServedSession.of(SessionHandle(session)) else { return 0 }
      let bytes = unsafe UnsafeRawBufferPointer(start: message?.pointee.data, count: Int(message?.pointee.size ?? 0))
      return unsafe served.hookCalled(SessionHandle(session), type, when, incoming, bytes)
    }
  }

  private func hookCalled(
    _ session: SessionHandle, _ type: UInt32, _ when: UInt32, _ incoming: UInt32, _ message: UnsafeRawBufferPointer
  ) -> Int32 {
    if type == GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue, incoming != 0, when == UInt32(GNUTLS_HOOK_PRE) {
      let code = unsafe clientHelloCame(Array(message), on: session)
      guard code == 0 else { return code }
    }
    guard let hook, hook.wants(type: type, when: when) else { return 0 }
    return unsafe hook.function(session.pointer, type, when, incoming, message)
  }

  /// The client has said how many tickets it wants.
  func asked(for request: TicketRequest) { self.request = request }

  /// Gives the session its ticket key, before GnuTLS asks for one.
  /// - Returns: What the hook is to return.
  func clientHelloCame(_ message: [UInt8], on session: SessionHandle) -> Int32 {
    let received = ReceivedClientHello(message, isDatagram: session.isDatagram)
    if let hello {
      // After a HelloRetryRequest, or when renegotiating: the key is of the first one's host, and so must the second be
      // (RFC 8446, section 4.1.2). Else a ticket of one host could be used at another.
      guard hello.context != nil else { return 0 }
      let isSame = received.map { $0.serverName == hello.serverName } ?? false
      return isSame ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER
    }
    let context = received.flatMap { unsafe contexts(session.pointer, $0.serverName) }
    hello = Hello(serverName: received?.serverName, context: context)
    guard let received, let context, let key = server.key(opening: received.tickets, in: context) else { return 0 }
    _ = unsafe server.withTicketKey(key, in: context) { derived in
      var datum = unsafe gnutls_datum_t(data: derived.baseAddress, size: UInt32(SlotKey.derivedByteCount))
      // If it fails, there are no tickets.
      return unsafe gnutls_session_ticket_enable_server(session.pointer, &datum)
    }
    return 0
  }
}
