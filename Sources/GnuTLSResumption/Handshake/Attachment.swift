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
  /// - Parameters:
  ///   - session: A client's `gnutls_session_t`, borrowed until `detach`.
  ///   - identity: All of the session's setup: GnuTLS has no getters for it. What is left out here and differs between
  ///     two connections lets one resume the other's session.
  ///   - verification: Who verifies the peer, after every handshake.
  ///   - hook: The application's own handshake hook, if it has one: GnuTLS holds only one.
  /// - Throws: ``GnuTLSError``: ``GnuTLSError/Code/invalidRequest`` if the session is no TLS client's, or its handshake has
  ///   begun, and nothing was done; another if the session can't be used for a handshake any more.
  public func attach(
    to session: OpaquePointer, identity: ConnectionIdentity, verification: Verification,
    hook: ApplicationHook? = nil
  ) throws(GnuTLSError) -> Attachment {
    let handle = unsafe SessionHandle(session)
    guard handle.canBeOffered else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    var credentials: Credentials?
    if case .engineVerifies(let policy) = verification {
      credentials = try self.credentials.credentials(policy: policy, keyPair: nil)
    }
    let context = SessionContext(
      session: handle, engine: self, identity: identity, verification: verification,
      credentials: credentials, hook: hook, canReconnect: false)
    context.register()
    context.claim()
    do {
      try context.offer()
    } catch {
      // Lest the same session be offered again and again.
      context.removeSession(because: .damaged)
      context.deregister()
      throw error
    }
    return Attachment(context)
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
    try judge(result)
    context.settle()
    return outcome
  }

  /// The first half of ``handshakeDone(_:)``: nothing goes to the store before ``keep()``. For who doesn't know yet
  /// whether the application trusts the peer.
  /// - Parameter isVerifiedByApplication: The application verifies too, after every handshake, and nothing is kept
  ///   unless it trusts the peer. The engine's verification before the offer is enough then.
  @discardableResult
  package func judge(
    _ result: Int32, isVerifiedByApplication: Bool = false
  ) throws(VerificationFailure) -> Outcome {
    let systemError = errno
    context.isVerifiedByApplication = isVerifiedByApplication
    guard result >= 0 else {
      handshakeFailed(GnuTLSError(result, errno: systemError))
      return outcome
    }
    do throws(VerificationFailure) {
      guard hasShakenHands else { throw VerificationFailure(message: "no handshake has been made") }
      try context.establish()
    } catch {
      distrust()
      throw error
    }
    return outcome
  }

  /// The session has made a handshake, whatever the application says that GnuTLS has answered.
  package var hasShakenHands: Bool { context.session.hasShakenHands || context.session.usedFalseStart }

  /// The handshake has returned before it was over (RFC 7918), and goes on within other calls.
  package var isFalseStartUnderWay: Bool { context.session.usedFalseStart && !context.session.hasShakenHands }

  /// A forked process has a copy of its parent's.
  package var isOfThisProcess: Bool { context.process == getpid() }

  /// The peer is not to be trusted: the tickets of its full handshake go, and those that came are not kept.
  package func distrust() {
    discard()
    if let offered = context.offered { context.removeSiblings(of: offered, because: .trust) }
    context.removeStored(because: .trust)
  }

  /// Nothing that came is to be kept; what is stored stays.
  package func discard() {
    context.isEstablished = false
    context.wipe()
  }

  /// The application has got the newest ticket from GnuTLS, and may use it: it isn't kept here then.
  /// - Returns: False if somebody else may have used it already, so that the application must not.
  package func cedeNewestTicket() -> Bool { context.cedeNewestTicket() }

  /// The engine is asking GnuTLS for session data: whoever watches that must not take it for the application's asking.
  package var isPacking: Bool { context.isPacking }

  /// Calls another hook of the application's from now on.
  package func replaceHook(by hook: ApplicationHook?) {
    context.applicationHook = hook
    HandshakeHook.install(on: context.session, besides: hook)
  }

  /// Whether tickets have come that are not in the store yet, or the handshake's outcome isn't.
  package var hasSomethingToKeep: Bool { !context.isHandshakeSettled || !context.captured.isEmpty }

  /// Tells that the application has got session data from GnuTLS itself (`gnutls_session_get_data2`): for TLS 1.3
  /// tickets that the hook could not see.
  ///
  /// GnuTLS's dummy data are not stored, and neither is a ticket where the hook has seen any: it could be the same one,
  /// and would be used twice. Lest damaged bytes be sealed, the session is asked for its newest ticket again. The
  /// lifetime is unknown here, so it is two hours at most.
  public func handIn(_ sessionData: [UInt8]) {
    context.handIn(sessionData)
    context.settle()
  }

  /// Stores the tickets that have come since. `detach` does so too.
  public func keep() { context.settle() }

  /// Lets go of the session, before `gnutls_deinit`.
  public func detach() {
    guard isAttached else { return }
    isAttached = false
    if context.isEstablished, context.session.usedFalseStart { context.captureSession() }
    if context.hasReceivedFatalAlert { context.removeSession(because: .fatalAlert) }
    context.settle()
    context.deregister()
  }

  /// What has become of the resumption so far.
  public var outcome: Outcome { context.outcome }

  private func handshakeFailed(_ error: GnuTLSError) {
    // An error that isn't fatal, such as a warning, ends nothing: the handshake goes on with the next call.
    guard error.isFatal else { return }
    context.wipe()
    guard context.offered != nil else { return }
    guard !error.isOfNetwork, !error.isOfVerification else { return }
    context.hasFailedWithTicket = true
    if error.code == .fatalAlert { context.removeSession(because: .fatalAlert) }
    context.barOffers()
  }
}
