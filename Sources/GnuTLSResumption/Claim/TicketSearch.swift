internal import SessionTickets

/// The search for a ticket that may be offered now. Records are judged before one of them is claimed, so that what isn't
/// for this connection stays for those whom it fits.
struct TicketSearch {
  /// How many records of one identity a connection looks at before it goes on without.
  private static let mostLookedAt = 16

  private let setup: ClientSetup
  /// The store's before the connection began, if it can be told.
  private let generation: StoreGeneration?
  private(set) var findings = Findings()
  /// Full handshakes whose stored peer this search has found trusted or not: their other tickets have the same.
  private var trusted: [[UInt8]] = []
  private var refused: [[UInt8]] = []
  /// No further record is looked at: it would be the same with each.
  private var isOver = false

  init(_ setup: ClientSetup, generation: StoreGeneration?) {
    self.setup = setup
    self.generation = generation
  }

  /// Claims the newest ticket that may be offered. May wait for the store. Whatever goes wrong becomes a finding.
  mutating func run() -> OpenedTicket? {
    guard setup.canReconnect || setup.priorities != nil else {
      findings.isWithheld = true
      setup.log("withheld: the priority string can't be read")
      return nil
    }
    do throws(StoreError) {
      guard let ring = try setup.engine.keyRing(create: false) else { return nil }
      if let note = try setup.serverNotes.note(), !note.offers.mayOffer(now: setup.now) {
        findings.isWithheld = true
        setup.log("withheld: offers to this server have broken connections lately")
        return nil
      }
      for key in ring.all where !isOver {
        if let ticket = try search(under: key, ring) { return ticket }
      }
    } catch {
      findings.storeError = error
      setup.log("store: \(error)")
    }
    return nil
  }

  private mutating func search(under key: MasterKey, _ ring: KeyRing) throws(StoreError) -> OpenedTicket? {
    let place = try setup.place(under: key)
    let store = try setup.engine.store.get()
    var seen: [RecordID] = []
    // Nearly always the newest is claimed.
    for limit in [1, Self.mostLookedAt] {
      let shown = try store.candidates(at: place, now: setup.engine.now, limit: limit)
      findings.add(shown.miss)
      for candidate in shown.records where !isOver && !seen.contains(candidate.key.id) {
        seen.append(candidate.key.id)
        if let ticket = try consider(candidate, at: place, key, ring, store) { return ticket }
      }
      if isOver || shown.records.count < limit { break }
    }
    return nil
  }

  private mutating func consider(
    _ candidate: Candidate, at place: StoreKey, _ key: MasterKey, _ ring: KeyRing, _ store: any TicketStore
  ) throws(StoreError) -> OpenedTicket? {
    switch judge(candidate.record, at: place, key, ring) {
    case .fit(var contents):
      var isClaimed = false
      defer { if !isClaimed { contents.sessionData.wipe() } }
      // Before it is claimed: where no mark can be made, it stays.
      guard try mayBeMarked(contents, candidate, in: store),
        let claim = try store.claim(candidate, now: setup.engine.now)
      else { return nil }
      // Whatever a store returns: what was judged is offered, and nothing twice.
      guard claim.record == candidate.record,
        candidate.record.header.kind == .session || OfferedTickets.ofThisProcess.insert(contents.sessionData)
      else {
        findings.add(.damaged("the store gave a ticket twice"))
        return nil
      }
      isClaimed = true
      return OpenedTicket(claim, contents: contents)
    case .unfit(let misfit):
      setup.log("not offered: \(misfit.text)")
      findings.add(misfit)
    case .spoilt(let spoilage):
      setup.log("dropped: \(spoilage.text)")
      findings.add(spoilage)
      try store.remove(candidate.key, because: spoilage.removal)
    }
    return nil
  }

  /// Whether a ticket is the engine's from here on: the program, which may have it too, hasn't used it, nor will.
  private func mayBeMarked(
    _ contents: TicketContents, _ candidate: Candidate, in store: any TicketStore
  ) throws(StoreError) -> Bool {
    guard candidate.record.header.kind == .ticket, let shared = setup.engine.sharedTickets else { return true }
    guard let ticket = try PackedTicket.find(in: contents.sessionData) else { return false }
    switch try shared.mark(ticket, now: setup.engine.now) {
    case nil: return true
    // Another is about to claim it.
    case .engine: return false
    case .program:
      setup.log("dropped: the program has used it")
      try store.remove(candidate.key, because: .taken)
      return false
    }
  }

  /// Opens and judges a record: authentic, of this GnuTLS, live, safe to offer, and trusted today.
  private mutating func judge(
    _ record: SealedRecord, at place: StoreKey, _ key: MasterKey, _ ring: KeyRing
  ) -> Fitness {
    guard var contents = ring.contents(of: record, identity: place.identity) else {
      return .spoilt(.damaged("a record doesn't open, or is of another format"))
    }
    let fitness = judge(contents, record.header, at: place, key)
    if case .fit = fitness { return fitness }
    contents.sessionData.wipe()
    return fitness
  }

  private mutating func judge(
    _ contents: TicketContents, _ header: RecordHeader, at place: StoreKey, _ key: MasterKey
  ) -> Fitness {
    let now = setup.now
    guard !DummySessionData.matches(contents.sessionData) else {
      return .spoilt(.damaged("a record holds no session data"))
    }
    // Its version is part of the identity.
    guard contents.gnutlsVersion == GnuTLSVersion.current else {
      return .spoilt(.damaged("a session was packed by GnuTLS \(contents.gnutlsVersion)"))
    }
    guard
      Lifetime.isLive(
        issued: contents.issued, lifetime: contents.lifetime, fullHandshake: contents.fullHandshake.time, now: now),
      contents.verdict?.validity.contains(now) != false, contents.ownValidity.contains(now)
    else { return .spoilt(.expired) }
    guard setup.canReconnect || setup.certainlyAccepts(contents, header.kind) else {
      // It stays, and so would the others be held back.
      isOver = true
      return .unfit(.withheld)
    }
    // What a TLS 1.2 session has negotiated, GnuTLS resumes without asking whether it is still allowed.
    if header.kind == .session {
      guard let configuration = contents.configuration, configuration == setup.currentConfiguration else {
        return .unfit(.otherConfiguration)
      }
    }
    return judgePeer(contents, at: place, key)
  }

  // MARK: The stored peer

  private mutating func judgePeer(_ contents: TicketContents, at place: StoreKey, _ key: MasterKey) -> Fitness {
    guard let verifier = setup.verifier else { return .fit(contents) }
    if let verdict = contents.verdict, verifier.confirmed(verdict, now: setup.now) != nil { return .fit(contents) }
    if verifier.policy.isTrustPending { return .unfit(.unverifiable("no trust is loaded yet")) }
    let handshake = contents.fullHandshake.id
    if trusted.contains(handshake) { return .fit(contents) }
    if refused.contains(handshake) { return .unfit(.untrusted("another ticket has the same")) }
    let refusal = StoredRefusals(setup, at: place, under: key, generation: generation)
    if refusal?.holds(handshake) == true {
      refused.append(handshake)
      return .unfit(.untrusted("it was refused under the same trust before"))
    }
    let anchors: TrustAnchors
    do {
      anchors = try verifier.credentials.anchors(for: contents.peerChain, staples: contents.staples)
    } catch {
      isOver = true
      return .unfit(.unverifiable(error.message))
    }
    do {
      try verifier.verify(
        chain: contents.peerChain, staples: contents.staples, anchors, now: setup.now, for: setup.session)
      trusted.append(handshake)
      return .fit(contents)
    } catch {
      if error.isOnlyDates { return .spoilt(.expired) }
      refused.append(handshake)
      refusal?.add(handshake)
      return .unfit(.untrusted(error.message))
    }
  }
}
