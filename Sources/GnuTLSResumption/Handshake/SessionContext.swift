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

    var isFirst: Bool {
      if case .first = self { true } else { false }
    }
  }

  let setup: ClientSetup
  let capture: Capture
  var session: SessionHandle { setup.session }
  /// The application's own, which ours calls.
  private(set) var applicationHook: ApplicationHook?
  let attempt: Attempt
  private(set) var findings = Findings()
  private(set) var offered: OfferedTicket?
  /// What the search has seen, where it had to look at all tickets.
  private(set) var stock: TicketStock?
  /// It has found a ticket and held it back, which may be another machine's.
  private(set) var isHeldBack = false
  /// It was the program who offered it.
  private(set) var isProgramsOwn = false
  /// GnuTLS has put the offered ticket into a ClientHello, as far as can be seen.
  private(set) var wasSent = true
  private var hasSentMessage = false
  private(set) var handshake = Handshake.pending(nil)
  /// The session was resumed: by the ticket that was offered here, or by whatever its owner had loaded.
  private(set) var isResumed = false
  /// How many tickets the server has said that it will send (RFC 9149); nil if it has said nothing.
  private(set) var ticketsAnnounced: Int?
  /// What the handshake means for the store has been done.
  private(set) var isSettled = false
  /// Data have come from the peer.
  private(set) var hasReceivedData = false
  /// What has become of early data; nil if there are none.
  var earlyData: EarlyDataOutcome?
  /// Those that GnuTLS has been given to send; nil if there are none.
  var earlyFlight: EarlyDataFlight?
  /// What has become of TCP Fast Open; nil if it isn't wanted.
  var fastOpen: FastOpenOutcome?
  /// Asked for whatever is kept, which is nothing: a probe's.
  var fixedTicketRequest: TicketRequest?
  /// For an observer who hasn't been told yet how the handshake has ended.
  var handshakeBeginning: EventBeginning?
  /// Read once, for the tickets that come.
  private var peerChain: [[UInt8]]?
  /// The generation of this machine's store before anything was sent; nil if nobody knows.
  private(set) var localGeneration: StoreGeneration?
  /// Likewise, of the one that others share.
  private(set) var sharedGeneration: StoreGeneration?
  /// The shared store within ``settle()``.
  var settlingStore: StoreAtWork?
  /// What is to be known of the session where it can't be asked; nil where it can.
  private let copiedFacts: CopiedFacts?

  init(_ setup: ClientSetup, attempt: Attempt = .first, hook: ApplicationHook? = nil) {
    self.setup = setup
    capture = Capture(setup)
    self.attempt = attempt
    applicationHook = hook
    copiedFacts = nil
    if case .retry(let trouble) = attempt { findings.storeError = trouble }
  }

  /// What another connection's trusted handshake means for the store, for a thread that leaves the session alone: nothing
  /// but ``settle()`` and what is learnt is for it. Reads the session now, and never again.
  init(settling other: SessionContext) {
    setup = other.setup
    capture = Capture(behind: other.capture)
    attempt = other.attempt
    applicationHook = nil
    copiedFacts = CopiedFacts(other)
    findings = other.findings
    offered = other.offered
    stock = other.stock
    isHeldBack = other.isHeldBack
    isProgramsOwn = other.isProgramsOwn
    wasSent = other.wasSent
    handshake = other.handshake
    isResumed = other.isResumed
    localGeneration = other.localGeneration
    sharedGeneration = other.sharedGeneration
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
    tellEndIfUntold()
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
    if let ticket = claim() { try offer(ticket) }
  }

  /// Claims a ticket. May wait for the store.
  // What is told is told in here: a frame around it, with another ticket, is too much for a program's small stack.
  func claim() -> OpenedTicket? {
    let beginning = searchBeginning
    let stores = storesToSearch(isPeeking: false)
    guard !stores.isEmpty else {
      tell(.claim(nil), since: beginning)
      return nil
    }
    var search = TicketSearch(setup, generation: localGeneration, findings)
    let ticket = search.run(stores)
    findings = search.findings
    stock = search.stock
    isHeldBack = search.isHeldBack
    guard let ticket else {
      tell(.claim(nil), since: beginning)
      return nil
    }
    tell(.claim(ticket.kind), since: beginning)
    // The caller's closures may have forked meanwhile: the ticket is the parent's.
    guard capture.isOfThisProcess else {
      ticket.discard()
      findings.isWithheld = true
      return nil
    }
    return ticket
  }

  private func offer(_ ticket: consuming OpenedTicket) throws(GnuTLSError) {
    setup.log("offering a \(ticket.kind == .ticket ? "ticket" : "session")")
    let now = setup.engine.now
    // As above.
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

  /// Looks for what ``offer()`` would offer now, by the same search: but nothing is claimed, removed or noted by it.
  func foresee() -> Foreseen {
    let stores = storesToSearch(isPeeking: true)
    guard !stores.isEmpty else { return Foreseen(judgements: [], reason: reason, storeError: findings.storeError) }
    var search = TicketSearch(setup, generation: nil, findings, isPeeking: true)
    _ = search.run(stores)
    findings = search.findings
    return Foreseen(judgements: search.judgements, reason: reason, storeError: findings.storeError)
  }

  /// The stores in which a ticket may be looked for; none if there is a reason not to.
  private func storesToSearch(isPeeking: Bool) -> [StoreAtWork] {
    guard setup.isEnabled else { return [] }
    let stores = noteGenerations(isPeeking: isPeeking)
    // Where processes can't be told apart, a forked one could offer the same ticket again.
    guard ProcessGeneration.current != nil else {
      findings.isWithheld = true
      setup.log("withheld: the kernel doesn't tell forked processes apart")
      return []
    }
    guard case .first = attempt else { return [] }
    return stores
  }

  /// Takes in what the program has given the session itself, if it is of the same identity.
  func adopts(_ own: KnownTicket) -> Bool {
    _ = noteGenerations()
    // A program's own tickets are of this machine.
    let keeping = setup.engine.local
    let place = recordingTrouble { () throws(StoreError) in
      // It may be used before the first one is kept.
      try keeping.keyRing(create: true, now: setup.engine.now).map { ring throws(StoreError) in
        try setup.place(under: ring.newest)
      }
    }
    guard setup.isEnabled, own.identity == setup.identity, let place = place ?? nil else { return false }
    setup.log("the program offers a ticket of its own")
    offered = own.offered(at: place, in: keeping, now: setup.now)
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

  /// - Returns: The stores in which a ticket may be looked for.
  private func noteGenerations(isPeeking: Bool = false) -> [StoreAtWork] {
    var stores: [StoreAtWork] = []
    let local = setup.engine.local.store
    if setup.isShared {
      // Without it notes are missing, and they only save time.
      localGeneration = try? local.get().generation()
    } else {
      localGeneration = recordingTrouble { () throws(StoreError) in try local.get().generation() }
    }
    for keeping in setup.keepings {
      guard keeping.isShared else {
        if localGeneration != nil, let store = try? StoreAtWork(keeping, isPeeking: isPeeking) { stores.append(store) }
        continue
      }
      sharedGeneration = recordingTrouble { () throws(StoreError) in
        let store = try StoreAtWork(keeping, isPeeking: isPeeking)
        let generation = try store.asking { (store) throws(StoreError) in try store.generation() }
        stores.append(store)
        return generation
      }
    }
    return stores
  }

  /// Whether a ClientHello may leave: not the first of a forked process with a ticket that its parent has claimed, and will
  /// send itself. Nobody can take it out any more. Nor with early data that may not go.
  func mayBegin(with message: SentClientHello?) -> Bool {
    guard earlyFlightMayGo(with: message, isFirst: !hasSentMessage) else {
      if !hasSentMessage { wasSent = false }
      return false
    }
    guard !hasSentMessage, !isProgramsOwn, offered?.kind == .ticket, !capture.isOfThisProcess else { return true }
    wasSent = false
    setup.log("the handshake ends: its ticket belongs to the process that attached")
    return false
  }

  /// The hook, when the session's ClientHello leaves.
  func sent(_ message: SentClientHello) {
    capture.sent(message)
    sentEarlyFlight(isAnnounced: message.announcesEarlyData)
    // After a HelloRetryRequest there is a second, which doesn't undo what was in the first.
    if offered?.kind == .ticket { wasSent = message.offersTicket || (hasSentMessage && wasSent) }
    hasSentMessage = true
  }

  /// The server's answer, in EncryptedExtensions.
  func serverAnnounced(tickets count: UInt8) {
    ticketsAnnounced = Int(count)
    setup.log("the server says that it will send \(count) tickets")
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
    tellEndIfUntold()
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
      tellEstablished()
      return setup.log("full handshake, of which nothing can be kept")
    }
    do {
      var verified: VerifiedPeer?
      if case .pending(let peer) = handshake { verified = peer }
      handshake = .trusted(try judgement.judge(isResumed: isResumed, verified))
    } catch {
      handshake = .refused(error)
      tellEndIfUntold()
      capture.wipe()
      throw error
    }
    tellEstablished()
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

  // MARK: Facts

  /// The group that the server has chosen under TLS 1.3.
  var chosenGroup: String? {
    if let copiedFacts { return copiedFacts.group }
    return session.isTLS13 ? session.groupName : nil
  }

  /// What the tickets have in common.
  func facts(_ trusted: TrustedHandshake, _ origin: FullHandshake) -> SessionFacts {
    copiedFacts?.session ?? SessionFacts(setup, trusted, origin)
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
}
