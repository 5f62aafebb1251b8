internal import SessionTickets

/// The search for a ticket that may be offered now. Records are judged before one of them is claimed, so that what isn't
/// for this connection stays for those whom it fits.
struct TicketSearch {
  /// How many records of one identity a connection looks at before it goes on without.
  private static let mostLookedAt = 16

  private let setup: ClientSetup
  /// This machine's store's before the connection began, if it can be told.
  private let generation: StoreGeneration?
  private(set) var findings: Findings
  /// What has been seen, where all tickets had to be looked at: a farm's, or where the newest came from another address.
  private(set) var stock: TicketStock?
  /// A ticket was found, and held back: see ``ServerFarm``.
  private(set) var isHeldBack = false
  private var farm = ServerFarm()
  /// The record that was looked at last is to be looked at again.
  private var isPostponed = false
  /// Full handshakes whose stored peer this search has found trusted or not: their other tickets have the same.
  private var trusted: [[UInt8]] = []
  private var refused: [[UInt8]] = []
  /// No further record is looked at: it would be the same with each.
  private var isOver = false
  /// Nothing is claimed, removed or noted: what would be, is told.
  private let isPeeking: Bool
  /// When peeking: what was made of each record that was looked at, in that order. One that is fit is the last.
  private(set) var judgements: [RecordJudgement] = []

  /// - Parameter findings: Those of before.
  init(_ setup: ClientSetup, generation: StoreGeneration?, _ findings: Findings, isPeeking: Bool = false) {
    self.setup = setup
    self.findings = findings
    // Without it no refusal is noted.
    self.generation = isPeeking ? nil : generation
    self.isPeeking = isPeeking
  }

  /// Claims the newest ticket that may be offered. May wait for the store. Whatever goes wrong becomes a finding.
  /// - Parameter stores: Where to look, in this order, with as much time as there is.
  mutating func run(_ stores: [StoreAtWork]) -> OpenedTicket? {
    guard setup.canReconnect || setup.priorities != nil else {
      findings.isWithheld = true
      setup.log("withheld: the priority string can't be read")
      return nil
    }
    do throws(StoreError) {
      if let note = try serverNote() {
        guard note.offers.mayOffer(now: setup.now) else {
          findings.isWithheld = true
          setup.log("withheld: offers to this server have broken connections lately")
          return nil
        }
        farm = note.farm
      }
      for store in stores where !isOver {
        guard let ring = try store.keeping.keyRing(create: false, now: setup.engine.now) else { continue }
        for key in ring.all where !isOver {
          if let ticket = try search(under: key, ring, in: store) { return ticket }
        }
      }
    } catch {
      findings.storeError = error
      setup.log("store: \(error)")
    }
    return nil
  }

  /// Where tickets are shared, what this machine has noted only saves time.
  private func serverNote() throws(StoreError) -> ServerNote? {
    setup.isShared ? (try? setup.serverNotes.note()) ?? nil : try setup.serverNotes.note()
  }

  private mutating func search(
    under key: MasterKey, _ ring: KeyRing, in store: StoreAtWork
  ) throws(StoreError) -> OpenedTicket? {
    let place = try setup.place(under: key)
    var seen: [RecordID] = []
    // Nearly always the newest is claimed.
    let isFarm = farm.isFarm(now: setup.now)
    for limit in isFarm ? [Self.mostLookedAt] : [1, Self.mostLookedAt] {
      let now = setup.engine.now
      var shown = try store.candidates(at: place, now: now, limit: limit)
      findings.add(shown.miss)
      if limit > 1 { bringInOrder(&shown.records, at: place, ring) }
      for candidate in shown.records where !isOver && !seen.contains(candidate.key.id) {
        isPostponed = false
        if let ticket = try consider(candidate, at: place, key, ring, store, mayPostpone: limit == 1) { return ticket }
        if !isPostponed { seen.append(candidate.key.id) }
      }
      if isOver || shown.records.count < limit { break }
    }
    return nil
  }

  /// Puts first what is to be offered first, and notes what there is.
  private mutating func bringInOrder(_ records: inout [Candidate], at place: StoreKey, _ ring: KeyRing) {
    let seen = TicketStock(
      records, isFarm: farm.isFarm(now: setup.now), isElsewhere: { setup.isElsewhere($0) },
      opening: { ring.contents(of: $0.record, identity: place.identity) })
    records = seen.order
    if stock == nil || seen.count > 0 { stock = seen }
    guard seen.count > 0, farm.holdsBack(seen.count, isElsewhere: seen.isElsewhere, now: setup.now) else { return }
    isHeldBack = true
    isOver = true
    findings.isWithheld = true
    setup.log("held back: the server's machines don't accept each other's tickets, and this is likely to be another's")
  }

  /// - Parameter mayPostpone: A ticket that came from another address than the one now connected is left, for there may be
  ///   one that came from this.
  private mutating func consider(
    _ candidate: Candidate, at place: StoreKey, _ key: MasterKey, _ ring: KeyRing, _ store: StoreAtWork,
    mayPostpone: Bool
  ) throws(StoreError) -> OpenedTicket? {
    let fitness = judge(candidate.record, at: place, key, ring, isShared: store.keeping.isShared)
    let judgement = isPeeking ? RecordJudgement(candidate.key, fitness) : nil
    defer { if let judgement, !isPostponed { judgements.append(judgement) } }
    // No copy stays that isn't wiped.
    switch consume fitness {
    case .fit(var contents):
      var isClaimed = false
      defer { if !isClaimed { contents.sessionData.wipe() } }
      if mayPostpone, candidate.record.header.kind == .ticket, setup.isElsewhere(contents.address) {
        isPostponed = true
        return nil
      }
      if isPeeking {
        isOver = true
        return nil
      }
      // Before it is claimed: where no mark can be made, it stays.
      guard try mayBeMarked(contents, candidate, in: store) else { return nil }
      if let rules = setup.earlyData {
        let isTicket = candidate.record.header.kind == .ticket
        let claimable = ClaimableTicket(contents: contents, isTicket: isTicket, isShared: store.keeping.isShared)
        guard rules.mayClaim(claimable, setup) else { return nil }
      }
      let now = setup.engine.now
      guard let claim = try store.asking({ (store) throws(StoreError) in try store.claim(candidate, now: now) }) else {
        return nil
      }
      // Whatever a store returns: what was judged is offered, and nothing twice.
      guard claim.record == candidate.record,
        candidate.record.header.kind == .session || OfferedTickets.ofThisProcess.insert(contents.sessionData)
      else {
        findings.add(.damaged("the store gave a ticket twice"))
        return nil
      }
      isClaimed = true
      return OpenedTicket(claim, contents: contents, of: store.keeping)
    case .unfit(let misfit):
      if !isPeeking { setup.log("not offered: \(misfit.text)") }
      findings.add(misfit)
    case .spoilt(let spoilage):
      if !isPeeking { setup.log("dropped: \(spoilage.text)") }
      findings.add(spoilage)
      try store.remove(candidate.key, because: spoilage.removal)
    }
    return nil
  }

  /// Whether a ticket is the engine's from here on: the program, which may have it too, hasn't used it, nor will.
  private func mayBeMarked(
    _ contents: TicketContents, _ candidate: Candidate, in store: StoreAtWork
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
    _ record: SealedRecord, at place: StoreKey, _ key: MasterKey, _ ring: KeyRing, isShared: Bool
  ) -> Fitness {
    guard var contents = ring.contents(of: record, identity: place.identity) else {
      return .spoilt(.damaged("a record doesn't open, or is of another format"))
    }
    // What another machine has judged and packed.
    let isForeign = isShared || contents.isMoved
    if isForeign { contents.takeIn(by: setup) } else { contents.verdict?.contents = nil }
    let fitness = judge(contents, record.header, at: place, key, isForeign: isForeign)
    if case .fit = fitness { return fitness }
    contents.sessionData.wipe()
    return fitness
  }

  private mutating func judge(
    _ contents: TicketContents, _ header: RecordHeader, at place: StoreKey, _ key: MasterKey, isForeign: Bool
  ) -> Fitness {
    let now = setup.now
    guard !DummySessionData.matches(contents.sessionData) else {
      return .spoilt(.damaged("a record holds no session data"))
    }
    // So is the transport part of the identity: GnuTLS would take the one's session for the other's.
    guard SessionHandle.isDatagram(contents.protocolVersion) == setup.identity.server.isDatagram else {
      return .spoilt(.damaged("a session is of another transport"))
    }
    // Its version is part of the identity.
    guard contents.gnutlsVersion == GnuTLSVersion.current else {
      return .spoilt(.damaged("a session was packed by GnuTLS \(contents.gnutlsVersion)"))
    }
    // Clocks of machines differ: it stays for those whose time it is.
    guard !isForeign || contents.issued <= now else { return .unfit(.early) }
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
