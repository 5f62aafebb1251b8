internal import Glibc
internal import SessionTickets

/// Everything that goes to the store after a handshake. May wait for it; whatever goes wrong becomes a finding.
extension SessionContext {
  /// Removes what the handshake has made useless, notes what it has shown, and keeps the tickets that came.
  ///
  /// May be called as often as tickets may have come.
  func settle() {
    guard isEstablished, !findings.isDisabled else { return }
    guard process == getpid() else { return wipe() }
    if !isHandshakeSettled {
      isHandshakeSettled = true
      if let offered, findings.isDeclined { removeSiblings(of: offered, because: .declined) }
      if let offered, let verdict, isJudgedAnew { renewVerdict(ofSiblingsOf: offered, verdict) }
      noteHandshake()
    }
    keep()
  }

  /// Remembers of the server what helps the next connection.
  private func noteHandshake() {
    let hasResumedTLS12 = offered?.kind == .session && isResumed
    // Not from whom nobody verified, nor across the caller's partitions.
    let group = session.isTLS13 && mayRememberGroup ? session.group : 0
    guard hasResumedTLS12 || group != 0 else { return }
    updateServerNote { note in
      if hasResumedTLS12 { note.hasResumedTLS12 = true }
      if group != 0 { note.group = group }
    }
  }

  private var mayRememberGroup: Bool { verification.kind != .none && identity.partition.isEmpty }

  /// Removes the tickets of the same full handshake: a server that has forgotten one has forgotten all (RFC 9149,
  /// section 3), and a peer that isn't trusted isn't trusted with another ticket.
  func removeSiblings(of ticket: OfferedTicket, because reason: RemovalReason) {
    forEachSibling(of: ticket) { (store, sibling, _, _) throws(StoreError) in
      try store.remove(sibling.key, because: reason)
    }
  }

  /// Seals a new verdict into the tickets of the same full handshake: they needn't be judged again one by one.
  private func renewVerdict(ofSiblingsOf ticket: OfferedTicket, _ verdict: Verdict) {
    forEachSibling(of: ticket) { (store, sibling, contents, ring) throws(StoreError) in
      contents.verdict = verdict
      let record = try seal(
        contents, kind: sibling.kind, expiry: sibling.expiry, at: ticket.key.place, under: ring.newest)
      // If somebody takes it meanwhile, it will be judged there.
      _ = try store.replace(sibling.key, by: record, now: engine.now)
    }
  }

  /// Removes what this connection has stored already.
  func removeStored(because reason: RemovalReason) {
    guard ticketsStored > 0, let origin = fullHandshake else { return }
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: false) else { return }
      for key in ring.all {
        forEachSibling(of: origin.id, at: try place(under: key)) { (store, sibling, _, _) throws(StoreError) in
          try store.remove(sibling.key, because: reason)
        }
      }
    } catch {
      record(error)
    }
  }

  private func forEachSibling(
    of ticket: OfferedTicket,
    _ body: (any TicketStore, RecordSummary, inout TicketContents, KeyRing) throws(StoreError) -> Void
  ) {
    forEachSibling(of: ticket.fullHandshake.id, at: ticket.key.place, body)
  }

  private func forEachSibling(
    of fullHandshake: [UInt8], at place: StoreKey,
    _ body: (any TicketStore, RecordSummary, inout TicketContents, KeyRing) throws(StoreError) -> Void
  ) {
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: false) else { return }
      let store = try engine.store.get()
      for summary in try store.select(server: place.server) where summary.key.place == place {
        guard let record = try store.read(summary.key),
          var contents = ring.contents(of: record, identity: place.identity)
        else { continue }
        defer { contents.sessionData.wipe() }
        guard contents.fullHandshake.id == fullHandshake else { continue }
        try body(store, summary, &contents, ring)
      }
    } catch {
      record(error)
    }
  }

  /// After a fatal alert no session with this peer may be resumed by its TLS 1.2 session (RFC 5246, section 7.2.2).
  func removeSession(because reason: RemovalReason) {
    guard !findings.isDisabled else { return }
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: false) else { return }
      for key in ring.all { try engine.store.get().removeSession(at: try place(under: key), because: reason) }
    } catch {
      record(error)
    }
  }

  /// Seals and inserts what was captured, in the order in which it came.
  private func keep() {
    captureMissedTicket()
    guard !captured.isEmpty else { return }
    guard let origin = fullHandshake else {
      for _ in captured { refuse(.unknownOrigin) }
      return wipe()
    }
    // Taken out first: the closures called below may lead back here.
    var batch = captured
    captured = []
    defer { for index in batch.indices { batch[index].sessionData.wipe() } }
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: true) else { return }
      let facts = SessionFacts(
        session: session, chain: resumedTicket?.peerChain, origin: origin, verdict: verdict,
        configuration: configuration, server: identity.server)
      for ticket in batch { try keep(ticket, facts, ring.newest) }
    } catch {
      record(error)
    }
  }

  private func keep(_ ticket: CapturedTicket, _ facts: SessionFacts, _ key: MasterKey) throws(StoreError) {
    newestTicket = .elsewhere
    let expiry = Lifetime.expiry(
      issued: ticket.issued, lifetime: ticket.lifetime, fullHandshake: facts.origin.time)
    guard expiry > ticket.issued else { return refuse(.fullHandshakeTooOld) }
    guard engine.mayStore(identity.server, ticket) else { return refuse(.refusedByCaller) }
    let place = try place(under: key)
    let contents = facts.contents(of: ticket)
    do throws(StoreError) {
      let record = try engine.store.get().insert(at: place, now: engine.now) { () throws(StoreError) in
        try seal(contents, kind: ticket.kind, expiry: expiry, at: place, under: key)
      }
      ticketsStored += 1
      newestTicket = .stored(RecordKey(place: place, id: record.header.id))
    } catch {
      guard error.code == .tooLarge else { throw error }
      refuse(.tooLarge)
    }
  }

  private func seal(
    _ contents: TicketContents, kind: RecordKind, expiry: Int64, at place: StoreKey, under key: MasterKey
  ) throws(StoreError) -> SealedRecord {
    var bytes = contents.bytes
    defer { bytes.wipe() }
    let record: SealedRecord?
    do {
      record = try RecordSeal.seal(bytes, kind: kind, expiry: expiry, identity: place.identity, key: key)
    } catch {
      throw StoreError(.unavailable, "a ticket can't be sealed: \(error)", place: "")
    }
    guard let record else { throw StoreError(.tooLarge, "a ticket is too large", place: "") }
    return record
  }
}
