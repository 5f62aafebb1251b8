internal import CGnuTLS
internal import SessionTickets

/// A client's TLS session whose bytes somebody else carries: what an event loop needs in ``TLSConnection``'s place.
///
/// A failed handshake can't be made again here, so only that is offered which can't fail, as in
/// ``Resumption/attach(to:identity:verification:hook:)``.
///
/// One thread at a time: whoever uses it hands it on, which is all that "unchecked" stands for. Until the handshake is over,
/// its functions may wait for files, for the store and for the application's verification, never for the network. From then
/// on none of them waits: what concerns the store is the ``Settlement``'s, which another thread may use at the same time.
@safe
package final class TransportlessClient: @unchecked Sendable {
  /// The `gnutls_session_t`, for its transport and its records. It lives as long as this object.
  package let session: OpaquePointer
  private let server: ServerIdentity
  private let handle: SessionHandle
  // Kept as long as the session, which borrows them.
  private let credentials: Credentials
  private let context: SessionContext
  private var isAttached = true
  /// When the handshake has begun; nil before.
  private var beginning: Deadline?

  /// Makes a session, and offers a ticket if one may be offered.
  /// - Parameters:
  ///   - server: Whom to ask for, and whom to expect.
  ///   - isWanted: Asked before a ticket is claimed. If nobody wants the connection any more, none is.
  package static func make(
    to server: ServerIdentity, configuration: TLSConfiguration, isWanted: () -> Bool
  ) throws(ConnectionError) -> TransportlessClient {
    let client = try TransportlessClient(server, configuration, attempt: .first)
    guard isWanted() else { return client }
    do throws(GnuTLSError) {
      try client.context.offer()
      return client
    } catch {
      // Of no use after that, and no server has seen it.
      let trouble = client.context.findings.storeError
      client.detach()
      return try TransportlessClient(server, configuration, attempt: .retry(trouble))
    }
  }

  private init(
    _ server: ServerIdentity, _ configuration: TLSConfiguration, attempt: SessionContext.Attempt
  ) throws(ConnectionError) {
    guard !ServerName(server.name).isCut else {
      throw ConnectionError(.configuration, "a server's name can't have a NUL in it")
    }
    var policy: VerificationPolicy?
    if case .engineVerifies(let wanted) = configuration.verification { policy = wanted }
    if let unreadable = policy?.unreadablePart() { throw Self.notTrusted(server, unreadable) }
    let engine = configuration.resumption ?? .standard
    let notes = ServerNotes(of: server, engine: engine)
    do throws(GnuTLSError) {
      credentials = try configuration.credentials.credentials(
        policy: policy, keyPair: configuration.clientCertificate)
      let (priorities, sharesOneKey) = try configuration.priorities(of: notes)
      var session: gnutls_session_t?
      try GnuTLSError.check(
        unsafe cgnutls_init_nonblocking_client(&session, sharesOneKey ? GNUTLS_KEY_SHARE_TOP.rawValue : 0))
      guard let session = unsafe session else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
      unsafe self.session = unsafe session
      handle = unsafe SessionHandle(session)
      self.server = server
      context = SessionContext(
        ClientSetup(
          session: handle, engine: engine,
          identity: ConnectionIdentity(
            server: server, applicationProtocols: configuration.applicationProtocols,
            priority: configuration.priority, clientCertificate: credentials.clientCertificateDigest,
            partition: configuration.partition),
          serverNotes: notes, verification: configuration.verification, credentials: credentials,
          canReconnect: false, madeWith: priorities, isEnabled: configuration.resumption != nil),
        attempt: attempt)
      try unsafe GnuTLSError.check(
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.pointer)))
      try priorities.set(on: handle)
      try handle.setServerName(server.name)
      try handle.offerApplicationProtocols(configuration.applicationProtocols)
    } catch {
      throw ConnectionError(.configuration, "a TLS session with \(server) can't be set up", underlying: error)
    }
    if policy != nil { handle.verifyInHandshake() }
    // The verification inside the handshake looks its context up.
    _ = context.register()
  }

  deinit {
    detach()
    unsafe gnutls_deinit(session)
  }

  // MARK: Handshake

  /// Goes on with the handshake as far as what has come allows.
  ///
  /// If it fails, an alert for the server lies with the transport.
  /// - Returns: Nil if more is needed from the server. Else the handshake is over, and the peer trusted.
  package func shakeHands() throws(ConnectionError) -> Settlement? {
    if beginning == nil { beginning = .present }
    var result: Int32
    // What isn't fatal, such as a warning, is over with the call.
    repeat {
      result = unsafe gnutls_handshake(session)
    } while result < 0 && result != GNUTLS_E_AGAIN && gnutls_error_is_fatal(result) == 0
    guard result != GNUTLS_E_AGAIN else { return nil }
    guard result >= 0 else {
      let error = error(result)
      unsafe _ = gnutls_alert_send_appropriate(session, result)
      if case .refused(let failure) = context.handshake { throw Self.notTrusted(server, failure) }
      context.handshakeFailed(error)
      throw ConnectionError(.handshake, "the TLS handshake with \(server) failed", underlying: error)
    }
    do throws(VerificationFailure) {
      try context.establishOrDistrust()
    } catch {
      unsafe _ = gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE)
      throw Self.notTrusted(server, error)
    }
    return Settlement(context)
  }

  /// The handshake ends before its time.
  ///
  /// What that teaches of the offer is noted: nothing, unless the server has ended it, or had time enough to answer.
  package func abandon(_ ending: UnfinishedEnding) {
    if ending == .endedByServer {
      context.handshakeFailed(Self.endedByServer)
    } else if let beginning {
      let patience = ((try? context.setup.serverNotes.note()) ?? nil)?.answerMilliseconds
      if beginning.millisecondsAgo >= patience ?? ServerNote.leastAnswerMilliseconds { context.learnFromAbandoning() }
    }
    detach()
  }

  /// What a handshake has failed with that the server has ended.
  package static func endedByServer(_ server: ServerIdentity) -> ConnectionError {
    ConnectionError(.handshake, "the TLS handshake with \(server) failed", underlying: endedByServer)
  }

  private static let endedByServer = GnuTLSError(GNUTLS_E_PREMATURE_TERMINATION)

  /// How a handshake ends before its time.
  package enum UnfinishedEnding: Sendable {
    case endedByServer
    case givenUp
  }

  // MARK: Afterwards

  /// How many tickets have come.
  package var ticketsReceived: Int { context.capture.received }

  /// Takes the tickets that have come, for the ``Settlement``.
  package func takeTickets() -> TicketBatch {
    context.capture.takeMissed()
    return context.capture.handOn()
  }

  /// What GnuTLS has answered, with the alert that came with it.
  package func error(_ result: Int32) -> GnuTLSError {
    GnuTLSError(result, alert: result == GNUTLS_E_FATAL_ALERT_RECEIVED ? handle.lastAlert : nil)
  }

  /// An alert has ended the connection.
  package var hasReceivedFatalAlert: Bool { context.hasReceivedFatalAlert }

  /// No ticket is taken from here on. The session may still be used.
  package func detach() {
    guard isAttached else { return }
    isAttached = false
    context.deregister()
  }

  /// For example `TLS1.3`.
  package var protocolName: String { handle.protocolName }

  /// For example `TLS_AES_256_GCM_SHA384`.
  package var cipherSuite: String { handle.cipherSuiteName }

  /// The protocol that ALPN chose.
  package var applicationProtocol: String? {
    handle.applicationProtocol.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The certificates that the peer presented, leaf first, in DER; after a resumption, those of the full handshake.
  package var peerCertificates: [[UInt8]] { handle.peerChain }

  private static func notTrusted(_ server: ServerIdentity, _ failure: VerificationFailure) -> ConnectionError {
    ConnectionError(.notTrusted, "\(server) is not trusted: \(failure)")
  }
}
