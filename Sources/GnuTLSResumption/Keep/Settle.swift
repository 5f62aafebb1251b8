internal import SessionTickets

/// What a handshake means for the store. May wait for it; whatever goes wrong becomes a finding.
extension SessionContext {
  /// Removes what the handshake has made useless, notes what it has shown, and keeps the tickets that came.
  ///
  /// May be called as often as tickets may have come.
  func settle() {
    guard setup.isEnabled else { return }
    guard capture.isOfThisProcess else { return capture.wipe() }
    for keeping in setup.keepings where keeping.isShared {
      settlingStore = try? StoreAtWork(keeping, isAfterHandshake: true)
    }
    defer { settlingStore = nil }
    let isFirst = settles()
    if isFirst { learnFromSuccess() }
    guard let trusted else { return }
    if isFirst {
      learnOfFarm()
      if let offered, isDeclined { removeDeclined(offered) }
      if let ticket = trusted.resumedBy, let verdict = trusted.verdict, trusted.isJudgedAnew {
        renewVerdict(ofSiblingsOf: ticket, verdict)
      }
      note(trusted)
    }
    capture.takeMissed()
    guard capture.hasWaiting else { return }
    var batch = capture.takeWaiting()
    let (beginning, received, before) = (eventBeginning, batch.count, capture.stored)
    Keeper(self, trusted).keep(&batch)
    tell(.keep(received: received, stored: capture.stored - before), since: beginning)
  }

  /// Remembers of the server what helps the next connection.
  private func note(_ trusted: TrustedHandshake) {
    let hasResumedTLS12 = trusted.resumedBy?.kind == .session
    // Not from whom nobody verified, nor across the caller's partitions.
    let mayRememberGroup = setup.verification.kind != .none && setup.identity.partition.isEmpty
    let group = mayRememberGroup ? chosenGroup : nil
    guard hasResumedTLS12 || group != nil else { return }
    updateServerNote { note in
      if hasResumedTLS12 { note.hasResumedTLS12 = true }
      if let group { note.group.chose(group) }
    }
  }

  /// Changes the server's note.
  /// - Returns: Whether the store has taken it, if there is something to take.
  @discardableResult
  func updateServerNote(_ change: (inout ServerNote) -> Void) -> Bool {
    // What a child has seen of its parent's session says nothing.
    guard setup.isEnabled, capture.isOfThisProcess else { return true }
    return recordingTrouble { () throws(StoreError) in
      try setup.serverNotes.update(as: localGeneration, change)
    } == true
  }

  /// Seals a new verdict into the tickets of the same full handshake: they needn't be judged again one by one.
  private func renewVerdict(ofSiblingsOf ticket: OfferedTicket, _ verdict: Verdict) {
    forEachSibling(of: ticket.fullHandshake.id, at: ticket.place, in: ticket.keeping) {
      (store, key, header, contents, ring) throws(StoreError) in
      contents.verdict = verdict
      if ticket.keeping.isShared { contents.giveAway(by: setup) }
      let record = try contents.sealed(as: header.kind, expiry: header.expiry, at: key.place, under: ring.newest)
      // If somebody takes it meanwhile, it will be judged there.
      let now = setup.engine.now
      _ = try store.asking { (store) throws(StoreError) in try store.replace(key, by: record, now: now) }
    }
  }

  // MARK: Removal

  /// Removes the tickets of the same full handshake: a server that has forgotten one has forgotten all (RFC 9149,
  /// section 3), and a peer that isn't trusted isn't trusted with another ticket.
  /// - Parameter isMeant: Asked with the address that a ticket came from.
  func removeSiblings(
    of ticket: OfferedTicket, because reason: RemovalReason, where isMeant: ([UInt8]) -> Bool = { _ in true }
  ) {
    forEachSibling(of: ticket.fullHandshake.id, at: ticket.place, in: ticket.keeping) {
      (store, key, _, contents, _) throws(StoreError) in
      if isMeant(contents.address) { try store.remove(key, because: reason) }
    }
  }

  /// Removes what this connection has stored already.
  func removeStored(_ trusted: TrustedHandshake, because reason: RemovalReason) {
    guard capture.stored > 0, let origin = trusted.origin else { return }
    forEachPlace { (place, store) throws(StoreError) in
      forEachSibling(of: origin.id, at: place, in: store.keeping) { (store, key, _, _, _) throws(StoreError) in
        try store.remove(key, because: reason)
      }
    }
  }

  /// After a fatal alert no session with this peer may be resumed by its TLS 1.2 session (RFC 5246, section 7.2.2).
  func removeSession(because reason: RemovalReason) {
    guard setup.isEnabled else { return }
    forEachPlace { (place, store) throws(StoreError) in
      _ = try store.asking { (store) throws(StoreError) in try store.removeSession(at: place, because: reason) }
    }
  }

  /// Visits the connection's places under all keys.
  private func forEachPlace(_ body: (StoreKey, StoreAtWork) throws(StoreError) -> Void) {
    for keeping in setup.keepings {
      recordingTrouble { () throws(StoreError) in
        guard let ring = try keeping.keyRing(create: false, now: setup.engine.now) else { return }
        let store = try store(of: keeping)
        for key in ring.all { try body(setup.place(under: key), store) }
      }
    }
  }

  /// A store, with what time there is for it: for all that ``settle()`` does together.
  func store(of keeping: TicketKeeping) throws(StoreError) -> StoreAtWork {
    if keeping.isShared, let settlingStore { return settlingStore }
    return try StoreAtWork(keeping, isAfterHandshake: true)
  }

  /// Visits the records at a place that go back to a full handshake. What is said of them is what was sealed: a listing
  /// may say what it likes.
  private func forEachSibling(
    of fullHandshake: [UInt8], at place: StoreKey, in keeping: TicketKeeping,
    _ body: (StoreAtWork, RecordKey, RecordHeader, inout TicketContents, KeyRing) throws(StoreError) -> Void
  ) {
    recordingTrouble { () throws(StoreError) in
      guard let ring = try keeping.keyRing(create: false, now: setup.engine.now) else { return }
      let store = try store(of: keeping)
      let listed = try store.asking { (store) throws(StoreError) in try store.select(server: place.server) }
      for summary in listed where summary.key.place == place {
        guard let record = try store.read(summary.key), record.header.id == summary.key.id,
          var contents = ring.contents(of: record, identity: place.identity)
        else { continue }
        defer { contents.sessionData.wipe() }
        guard contents.fullHandshake.id == fullHandshake else { continue }
        try body(store, summary.key, record.header, &contents, ring)
      }
    }
  }
}
