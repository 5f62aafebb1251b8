internal import SessionTickets

/// The engine's side of one client session, from its set-up to its end: the registry leads GnuTLS's callbacks here.
///
/// Confined to whichever thread uses the session: GnuTLS calls back on that thread. The registry shares references,
/// never accesses, which is all that "unchecked" stands for.
final class SessionContext: @unchecked Sendable {
  /// Which try at a connection this is.
  enum Attempt {
    case first
    /// The first has failed with an offer, and maybe with trouble of the store's.
    case retry(StoreError?)
  }

  let setup: ClientSetup
  let capture: Capture
  var session: SessionHandle { setup.session }
  /// The application's own, which ours calls.
  private(set) var applicationHook: ApplicationHook?
  private let attempt: Attempt
  private(set) var findings = Findings()
  private(set) var offered: OfferedTicket?
  /// It was the program who offered it.
  private(set) var isProgramsOwn = false
  /// GnuTLS has put the offered ticket into a ClientHello, as far as can be seen.
  private(set) var wasSent = true
  private var hasSentMessage = false
  private(set) var handshake = Handshake.pending(nil)
  /// The session was resumed: by the ticket that was offered here, or by whatever its owner had loaded.
  private(set) var isResumed = false
  /// What the handshake means for the store has been done.
  private(set) var isSettled = false
  /// Data have come from the peer.
  private(set) var hasReceivedData = false
  /// Read once, for the tickets that come.
  private var peerChain: [[UInt8]]?
  /// The store's generation before anything was sent; nil if nobody knows.
  private(set) var generation: StoreGeneration?

  init(_ setup: ClientSetup, attempt: Attempt = .first, hook: ApplicationHook? = nil) {
    self.setup = setup
    capture = Capture(setup)
    self.attempt = attempt
    applicationHook = hook
    if case .retry(let trouble) = attempt { findings.storeError = trouble }
  }

  // MARK: Set-up

  /// Takes the session in: hook and registry. Its one counterpart is ``deregister()``.
  /// - Returns: False if another attachment has the session: nothing was done.
  func register() -> Bool {
    guard SessionRegistry.add(self) else { return false }
    HandshakeHook.install(on: session)
    return true
  }

  func deregister() {
    SessionRegistry.remove(self)
    capture.wipe()
  }

  /// Calls another hook of the application's from now on.
  func replaceHook(by hook: ApplicationHook?) {
    applicationHook = hook
    HandshakeHook.install(on: session)
  }

  // MARK: Offer

  /// Claims a ticket and offers it. May wait for the store, never for the network.
  /// - Throws: If GnuTLS refuses the data: the session must not be used for a handshake then.
  func offer() throws(GnuTLSError) {
    guard setup.isEnabled else { return }
    noteGeneration()
    // Where processes can't be told apart, a forked one could offer the same ticket again.
    guard ProcessGeneration.current != nil else {
      findings.isWithheld = true
      return setup.log("withheld: the kernel doesn't tell forked processes apart")
    }
    guard case .first = attempt, findings.storeError == nil else { return }
    var search = TicketSearch(setup, generation: generation)
    let ticket = search.run()
    findings = search.findings
    guard let ticket else { return }
    setup.log("offering a \(ticket.kind == .ticket ? "ticket" : "session")")
    let now = setup.engine.now
    // The caller's closures may have forked meanwhile: the ticket is the parent's.
    guard capture.isOfThisProcess else {
      ticket.discard()
      findings.isWithheld = true
      return
    }
    do throws(GnuTLSError) {
      offered = try ticket.offer(to: session, now: now)
    } catch {
      // Lest the same session be offered again and again.
      removeSession(because: .damaged)
      throw error
    }
  }

  /// Takes in what the program has given the session itself, if it is of the same identity.
  func adopts(_ own: KnownTicket) -> Bool {
    noteGeneration()
    let place = recordingTrouble { () throws(StoreError) in
      // It may be used before the first one is kept.
      try setup.engine.keyRing(create: true).map { ring throws(StoreError) in try setup.place(under: ring.newest) }
    }
    guard setup.isEnabled, own.identity == setup.identity, let place = place ?? nil else { return false }
    setup.log("the program offers a ticket of its own")
    offered = own.offered(at: place, now: setup.now)
    isProgramsOwn = true
    // Nobody has looked whether its verdict stands.
    setup.verifier?.mustJudge()
    return true
  }

  /// The hook, when a ticket has come, which the program may have as well.
  func ticketCame() {
    capture.came()
    guard let shared = setup.engine.sharedTickets, let ticket = capture.newestWaiting, let packed = ticket.packed,
      let trusted, let origin = trusted.origin
    else { return }
    let chain = peerChain ?? trusted.resumedBy?.peerChain ?? session.peerChain
    peerChain = chain
    shared.came(
      packed,
      as: KnownTicket(
        digest: packed.digest, identity: setup.identity, issued: ticket.issued, fullHandshake: origin, peerChain: chain,
        verdict: trusted.verdict, ownValidity: trusted.ownValidity))
  }

  private func noteGeneration() {
    generation = recordingTrouble { () throws(StoreError) in try setup.engine.store.get().generation() }
  }

  /// Whether a ClientHello may leave: not the first of a forked process with a ticket that its parent has claimed, and will
  /// send itself. Nobody can take it out any more.
  func mayBegin() -> Bool {
    guard !hasSentMessage, !isProgramsOwn, offered?.kind == .ticket, !capture.isOfThisProcess else { return true }
    wasSent = false
    setup.log("the handshake ends: its ticket belongs to the process that attached")
    return false
  }

  /// The hook, when the session's ClientHello leaves.
  func sent(_ message: SentClientHello) {
    capture.sent(message)
    // After a HelloRetryRequest there is a second, which doesn't undo what was in the first.
    if offered?.kind == .ticket { wasSent = message.offersTicket || (hasSentMessage && wasSent) }
    hasSentMessage = true
  }

  // MARK: Handshake

  /// The engine's verification within the handshake has ended. Only while it is under way.
  func verified(_ result: Result<VerifiedPeer, VerificationFailure>) {
    guard case .pending = handshake else { return }
    switch result {
    case .success(let peer): handshake = .pending(peer)
    case .failure(let failure): handshake = .refused(failure)
    }
  }

  /// The handshake has failed for good.
  func failed(_ error: GnuTLSError) {
    if case .pending = handshake { handshake = .failed(error) }
    capture.wipe()
  }

  /// The handshake has succeeded: verifies the peer, resumed or not, and takes in what came. Touches no store.
  /// - Parameter isVerifiedByApplication: The application verifies too, after every handshake, and nothing is kept
  ///   unless it trusts the peer. The engine's verification before the offer is enough then.
  /// - Throws: If the peer must not be trusted. Everything captured is wiped then.
  func establish(isVerifiedByApplication: Bool = false) throws(VerificationFailure) {
    isResumed = session.isResumed
    if !session.usedFalseStart { capture.takeSession() }
    let judgement = PeerJudgement(setup, offered: offered, isVerifiedByApplication: isVerifiedByApplication)
    if isVerifiedByApplication, offered == nil, !mayKeepSomething {
      handshake = .idle
      return setup.log("full handshake, of which nothing can be kept")
    }
    do {
      var verified: VerifiedPeer?
      if case .pending(let peer) = handshake { verified = peer }
      handshake = .trusted(try judgement.judge(isResumed: isResumed, verified))
    } catch {
      handshake = .refused(error)
      capture.wipe()
      throw error
    }
    setup.log(isResumed ? "resumed" : "full handshake (\(reason))")
  }

  /// Under TLS 1.3 tickets may still come, and with a false start the session comes later.
  private var mayKeepSomething: Bool {
    session.isTLS13 || (session.hasExtendedMasterSecret && (capture.hasWaiting || session.usedFalseStart))
  }

  /// The peer isn't to be trusted after all.
  func distrust(_ failure: VerificationFailure) {
    handshake = .refused(failure)
    capture.wipe()
  }

  /// Nothing that comes is to be kept; what is stored stays.
  func discard() {
    if case .trusted = handshake { handshake = .idle }
    capture.wipe()
  }

  var trusted: TrustedHandshake? {
    if case .trusted(let handshake) = handshake { return handshake }
    return nil
  }

  var isDeclined: Bool { offered != nil && !isResumed && wasSent && (trusted != nil || isIdle) }

  private var isIdle: Bool {
    if case .idle = handshake { return true }
    return false
  }

  /// After the handshake: the last alert was neither a goodbye nor a warning.
  var hasReceivedFatalAlert: Bool {
    let harmless: [UInt32] = [0, 90, 100, 112]  // close_notify, user_canceled, no_renegotiation, unrecognized_name
    return trusted != nil && !harmless.contains(session.lastAlert)
  }

  // MARK: Store

  /// To be done once.
  /// - Returns: Whether this is the first time.
  func settles() -> Bool {
    defer { isSettled = true }
    return !isSettled
  }

  /// The first data have come.
  /// - Returns: Whether these are the first.
  func receivesData() -> Bool {
    defer { hasReceivedData = true }
    return !hasReceivedData
  }

  func record(_ error: StoreError) {
    // One line is enough: what fails at the claim fails at keeping too.
    guard findings.storeError == nil else { return }
    findings.storeError = error
    setup.log("store: \(error)")
  }

  /// Does what may fail for the store's sake. Whatever goes wrong becomes a finding.
  @discardableResult
  func recordingTrouble<Result>(_ body: () throws(StoreError) -> Result) -> Result? {
    do throws(StoreError) {
      return try body()
    } catch {
      record(error)
      return nil
    }
  }

  // MARK: Outcome

  /// Why the handshake was a full one.
  private var reason: FullHandshakeReason {
    guard setup.isEnabled else { return .disabled }
    if case .retry = attempt { return .retried }
    guard offered != nil else { return findings.reason }
    guard wasSent else { return .withheld }
    switch handshake {
    case .pending, .failed: return .unfinished
    case .idle, .refused, .trusted: return .declined
    }
  }

  var outcome: Outcome {
    var hasFailedWithTicket = false
    if case .failed = handshake { hasFailedWithTicket = offered != nil }
    return Outcome(
      reason: isResumed ? nil : reason, storeError: findings.storeError, ticketsReceived: capture.received,
      ticketsStored: capture.stored, notStored: capture.notStored, ticketAge: offered?.age,
      handshakeFailedWithTicket: hasFailedWithTicket)
  }
}
