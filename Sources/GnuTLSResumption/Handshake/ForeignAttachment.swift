internal import CGnuTLS
internal import Glibc
package import SessionTickets

/// The engine's hold on a session of a program that knows nothing of it: what the preloaded library needs beyond
/// ``Attachment``, as the program verifies by itself, may take tickets, and tells nothing.
///
/// Not sendable: it is to be used by whichever thread uses the session.
package final class ForeignAttachment {
  private let context: SessionContext
  private var isAttached = true

  /// - Parameter own: What the program offers itself, if it is known; nil: the engine looks for a ticket.
  /// - Throws: As `Resumption.attach` does; also if the session is of DTLS, which a program that knows nothing of the engine
  ///   keeps to itself, or the program's own ticket is of another identity.
  package init(
    _ engine: Resumption, to session: OpaquePointer, identity: ConnectionIdentity, policy: VerificationPolicy,
    hook: ApplicationHook?, offering own: KnownTicket? = nil
  ) throws(GnuTLSError) {
    guard unsafe !SessionHandle(session).isDatagram else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    context = try unsafe engine.attached(to: session, identity, .engineVerifies(policy), hook, offering: own)
  }

  // Without touching the session, which may be gone.
  deinit {
    if isAttached { context.deregister() }
  }

  package var outcome: Outcome { context.outcome }

  /// A forked process has a copy of its parent's.
  package var isOfThisProcess: Bool { context.capture.isOfThisProcess }

  /// The handshake has returned before it was over (RFC 7918), and goes on within other calls.
  package var isFalseStartUnderWay: Bool { context.session.usedFalseStart && !context.session.hasShakenHands }

  /// Calls another hook of the program's from now on.
  package func replaceHook(by hook: ApplicationHook?) { context.replaceHook(by: hook) }

  /// `gnutls_handshake` has failed. An error that isn't fatal changes nothing.
  package func handshakeFailed(_ result: Int32) {
    let systemError = errno
    context.handshakeFailed(GnuTLSError(result, errno: systemError))
  }

  /// `gnutls_handshake` has succeeded: judges the peer. Nothing goes to the store before ``keep()``, as nobody knows yet
  /// whether the program trusts the peer.
  /// - Parameter policy: Of the trust that the program has loaded since the handshake began; nil if it had before.
  /// - Returns: Whether the engine trusts the peer. If not, nothing is kept.
  package func handshakeSucceeded(by policy: VerificationPolicy? = nil) -> Bool {
    if let policy { context.setup.verifier?.trustIsLoaded(policy) }
    do throws(VerificationFailure) {
      try context.establishOrDistrust(isVerifiedByApplication: true)
      return true
    } catch {
      return false
    }
  }

  /// The program doesn't trust the peer: the tickets of its full handshake go, and those that came are not kept.
  package func distrust() { context.distrustEverything(.refusedByApplication) }

  /// Nothing that came is to be kept; what is stored stays.
  package func discard() { context.discard() }

  /// Data have come.
  package func receivedData() { context.learnFromData() }

  /// The connection has ended before the first byte of data, although the program had sent something.
  /// - Parameter isCertain: By an alert or an error, rather than closed by either side.
  package func endedSilently(isCertain: Bool) {
    context.learnFromSilence(isCertain: isCertain || context.hasReceivedFatalAlert)
  }

  /// Whether tickets have come that are not in the store yet, or the handshake's outcome isn't.
  package var hasSomethingToKeep: Bool { !context.isSettled || context.capture.hasWaiting }

  /// Stores what has come since.
  package func keep() { context.settle() }

  /// The program gives the session up before its handshake has ended.
  package func abandon() {
    context.learnFromAbandoning()
    context.discard()
    detach()
  }

  /// Keeps the newest ticket only when the session ends: a program that can't go on without it, as a client of FTPS whose
  /// data connections have to resume, must not find it used by then.
  package func holdNewestTicket() { context.capture.isNewestHeld = true }

  /// A ticket of this session's, of those that came last.
  package func hasBrought(_ ticket: Digest) -> Bool { context.capture.newest == ticket }

  /// Lets go of the session, before `gnutls_deinit`.
  package func detach() {
    guard isAttached else { return }
    context.capture.isNewestHeld = false
    isAttached = false
    context.end()
  }
}
