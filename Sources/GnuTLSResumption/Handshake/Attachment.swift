internal import CGnuTLS
internal import Glibc
internal import SessionTickets

extension Resumption {
  /// Lets a session resume, whoever made it: claims a ticket, offers it, and takes in those that come.
  ///
  /// Call it after the session has been set up and before `gnutls_handshake`; then ``Attachment/handshakeDone(_:)``
  /// once after the handshake, and ``Attachment/detach()`` before `gnutls_deinit`. All of them may wait for the store,
  /// none for the network. The session's pointer stays the application's.
  ///
  /// Session data that the application itself sets afterwards (`gnutls_session_set_data`) take the place of what is
  /// offered here: a peer that isn't that of the offered ticket is then verified, and none of its tickets stored.
  ///
  /// A failed handshake can't be made again here, so only that is offered which can't fail: see
  /// ``FullHandshakeReason/withheld``.
  /// DTLS is attached to in the same way; what is kept of it and what is kept of TLS are never offered to each other. Its
  /// last flight may be lost, and is sent again within `gnutls_record_recv` when the server asks for it: see
  /// <doc:AttachingToASession>.
  /// - Parameters:
  ///   - session: A client's `gnutls_session_t`, borrowed until `detach`.
  ///   - identity: All of the session's setup: GnuTLS has no getters for it. What is left out here and differs between
  ///     two connections lets one resume the other's session.
  ///   - verification: Who verifies the peer, after every handshake.
  ///   - hook: The application's own handshake hook, if it has one: GnuTLS holds only one.
  /// - Throws: ``GnuTLSError``: ``GnuTLSError/Code/invalidRequest`` if the session is no client's, its handshake has
  ///   begun, or it is attached already, and nothing was done; another if the session can't be used for a handshake any
  ///   more.
  public func attach(
    to session: OpaquePointer, identity: ConnectionIdentity, verification: Verification,
    hook: ApplicationHook? = nil
  ) throws(GnuTLSError) -> Attachment {
    Attachment(try unsafe attached(to: session, identity, verification, hook))
  }

  /// The context of a session that has been taken in and offered what there was for it.
  /// - Parameters:
  ///   - own: What the program has given the session itself, and the engine knows: that is the offer then.
  ///   - rules: Of early data; nil where there never are any.
  func attached(
    to session: OpaquePointer, _ identity: ConnectionIdentity, _ verification: Verification, _ hook: ApplicationHook?,
    offering own: KnownTicket? = nil, rules: EarlyDataRules? = nil
  ) throws(GnuTLSError) -> SessionContext {
    let handle = unsafe SessionHandle(session)
    guard handle.canBeOffered else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    // Whatever the caller says: a session of TLS must not be offered by DTLS, nor the other way round.
    var identity = identity
    identity.server.isDatagram = handle.isDatagram
    var credentials: Credentials?
    if case .engineVerifies(let policy) = verification {
      credentials = try self.credentials.credentials(policy: policy, keyPair: nil)
    }
    let context = SessionContext(
      ClientSetup(
        session: handle, engine: self, identity: identity, verification: verification, credentials: credentials,
        canReconnect: false, earlyData: rules),
      hook: hook)
    if let own, !context.adopts(own) { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    guard context.register() else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    do throws(GnuTLSError) {
      if own == nil { try context.offer() }
    } catch {
      context.deregister()
      throw error
    }
    return context
  }
}

/// The engine's hold on a session that belongs to somebody else.
///
/// Not sendable: it is to be used by whichever thread uses the session.
public final class Attachment {
  private let context: SessionContext
  private var isAttached = true

  init(_ context: SessionContext) { self.context = context }

  // Without touching the session, which may be gone.
  deinit {
    if isAttached { context.deregister() }
  }

  /// Tells that `gnutls_handshake` has ended, and has the peer verified, after a resumption too.
  /// - Parameter result: What `gnutls_handshake` returned in the end: not `GNUTLS_E_AGAIN`.
  /// - Throws: ``VerificationFailure`` if the peer must not be trusted: the application must close the connection.
  @discardableResult
  public func handshakeDone(_ result: Int32) throws(VerificationFailure) -> Outcome {
    let systemError = errno
    if result < 0 {
      context.handshakeFailed(GnuTLSError(result, errno: systemError))
      return outcome
    }
    try context.judgeEarlyData()
    try context.establishOrDistrust()
    context.settle()
    return outcome
  }

  /// The session has made a handshake, whatever the application says that GnuTLS has answered.
  package var hasShakenHands: Bool { context.hasShakenHands }

  /// Tells that the application has got session data from GnuTLS itself (`gnutls_session_get_data2`): for TLS 1.3
  /// tickets that the hook could not see.
  ///
  /// GnuTLS's dummy data are not stored, and neither is a ticket where the hook has seen any: it could be the same one,
  /// and would be used twice. Lest damaged bytes be sealed, the session is asked for its newest ticket again. The
  /// lifetime is unknown here, so it is two hours at most.
  public func handIn(_ sessionData: [UInt8]) {
    guard isAttached, context.trusted != nil else { return }
    context.capture.handIn(sessionData)
    context.settle()
  }

  /// Stores the tickets that have come since. `detach` does so too.
  public func keep() {
    if isAttached { context.settle() }
  }

  /// Lets go of the session, before `gnutls_deinit`.
  public func detach() {
    guard isAttached else { return }
    isAttached = false
    context.learnFromEnd()
    context.end()
  }

  /// What has become of the resumption so far.
  public var outcome: Outcome { context.outcome }
}

extension SessionContext {
  var hasShakenHands: Bool { session.hasShakenHands || session.usedFalseStart }

  /// A handshake of somebody else's has succeeded: its peer is verified, or nothing is kept of it.
  func establishOrDistrust(isVerifiedByApplication: Bool = false) throws(VerificationFailure) {
    do throws(VerificationFailure) {
      guard hasShakenHands else { throw VerificationFailure(message: "no handshake has been made") }
      try establish(isVerifiedByApplication: isVerifiedByApplication)
    } catch {
      // What the program resumes by itself may be another trust's.
      if isProgramsOwn { discard() } else { distrustEverything(error) }
      throw error
    }
  }

  /// The peer is not to be trusted: the tickets of its full handshake go, and those that came are not kept.
  func distrustEverything(_ failure: VerificationFailure) {
    let stored = trusted
    distrust(failure)
    if let offered { removeSiblings(of: offered, because: .trust) }
    if let stored { removeStored(stored, because: .trust) }
  }

  /// A handshake of somebody else's has failed, who can't be made to connect again.
  func handshakeFailed(_ error: GnuTLSError) {
    // An error that isn't fatal, such as a warning, ends nothing: the handshake goes on with the next call.
    guard error.isFatal else { return }
    failed(error)
    if offered != nil, error.code == .fatalAlert { removeSession(because: .fatalAlert) }
    learnFromFailure(error)
  }

  /// The owner gives the session up before its handshake has ended.
  func learnFromAbandoning() {
    // Only where the server hasn't answered at all it may be the offer that has done it; early data, at any time.
    if capture.isOfThisProcess, session.hasNoAnswer || hasSentEarlyData {
      handshakeFailed(GnuTLSError(GNUTLS_E_TIMEDOUT))
    }
  }

  /// The owner lets go of the session, and doesn't tell how it has ended.
  func learnFromEnd() {
    // A forked process has a copy of its parent's session, which may go on.
    guard capture.isOfThisProcess else { return }
    if case .pending = handshake { return learnFromAbandoning() }
    // Of how the connection has ended, GnuTLS tells only alerts.
    let wasAlert = hasReceivedFatalAlert
    switch session.hasReceivedData(
      besides: capture.received, wasAlert: wasAlert, isDatagram: setup.identity.server.isDatagram)
    {
    case true?: learnFromData()
    case false?: if wasAlert || session.hasSentData { learnFromSilence(isCertain: wasAlert) }
    // It may have been data. What a full handshake clears by that costs a rest at most.
    case nil: if !isResumed { learnFromData() }
    }
  }

  /// Stores what has come, and lets go of the session.
  func end() {
    if trusted != nil, session.usedFalseStart { capture.takeSession() }
    if hasReceivedFatalAlert { removeSession(because: .fatalAlert) }
    settle()
    deregister()
  }
}
