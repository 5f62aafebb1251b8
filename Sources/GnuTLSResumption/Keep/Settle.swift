internal import SessionTickets

/// What a handshake means for the store. May wait for it; whatever goes wrong becomes a finding.
extension SessionContext {
  /// Removes what the handshake has made useless, notes what it has shown, and keeps the tickets that came.
  ///
  /// May be called as often as tickets may have come.
  func settle() {
    guard setup.isEnabled else { return }
    guard capture.isOfThisProcess else { return capture.wipe() }
    let isFirst = settles()
    if isFirst { learnFromSuccess() }
    guard let trusted else { return }
    if isFirst {
      if let offered, isDeclined { removeSiblings(of: offered, because: .declined) }
      if let ticket = trusted.resumedBy, let verdict = trusted.verdict, trusted.isJudgedAnew {
        renewVerdict(ofSiblingsOf: ticket, verdict)
      }
      note(trusted)
    }
    capture.takeMissed()
    guard capture.hasWaiting else { return }
    var batch = capture.takeWaiting()
    Keeper(self, trusted).keep(&batch)
  }

  /// Remembers of the server what helps the next connection.
  private func note(_ trusted: TrustedHandshake) {
    let hasResumedTLS12 = trusted.resumedBy?.kind == .session
    // Not from whom nobody verified, nor across the caller's partitions.
    let mayRememberGroup = setup.verification.kind != .none && setup.identity.partition.isEmpty
    let group = session.isTLS13 && mayRememberGroup ? session.groupName : nil
    guard hasResumedTLS12 || group != nil else { return }
    updateServerNote { note in
      if hasResumedTLS12 { note.hasResumedTLS12 = true }
      if let group { note.group.chose(group) }
    }
  }

  /// Changes the server's note.
  func updateServerNote(_ change: (inout ServerNote) -> Void) {
    // What a child has seen of its parent's session says nothing.
    guard setup.isEnabled, capture.isOfThisProcess else { return }
    recordingTrouble { () throws(StoreError) in try setup.serverNotes.update(as: generation, change) }
  }

  /// Seals a new verdict into the tickets of the same full handshake: they needn't be judged again one by one.
  private func renewVerdict(ofSiblingsOf ticket: OfferedTicket, _ verdict: Verdict) {
    forEachSibling(of: ticket.fullHandshake.id, at: ticket.place) {
      (store, key, header, contents, ring) throws(StoreError) in
      contents.verdict = verdict
      let record = try contents.sealed(as: header.kind, expiry: header.expiry, at: key.place, under: ring.newest)
      // If somebody takes it meanwhile, it will be judged there.
      _ = try store.replace(key, by: record, now: setup.engine.now)
    }
  }

  // MARK: Removal

  /// Removes the tickets of the same full handshake: a server that has forgotten one has forgotten all (RFC 9149,
  /// section 3), and a peer that isn't trusted isn't trusted with another ticket.
  func removeSiblings(of ticket: OfferedTicket, because reason: RemovalReason) {
    forEachSibling(of: ticket.fullHandshake.id, at: ticket.place) { (store, key, _, _, _) throws(StoreError) in
      try store.remove(key, because: reason)
    }
  }

  /// Removes what this connection has stored already.
  func removeStored(_ trusted: TrustedHandshake, because reason: RemovalReason) {
    guard capture.stored > 0, let origin = trusted.origin else { return }
    forEachPlace { (place, _) throws(StoreError) in
      forEachSibling(of: origin.id, at: place) { (store, key, _, _, _) throws(StoreError) in
        try store.remove(key, because: reason)
      }
    }
  }

  /// After a fatal alert no session with this peer may be resumed by its TLS 1.2 session (RFC 5246, section 7.2.2).
  func removeSession(because reason: RemovalReason) {
    guard setup.isEnabled else { return }
    forEachPlace { (place, store) throws(StoreError) in try store.removeSession(at: place, because: reason) }
  }

  /// Visits the connection's places under all keys.
  private func forEachPlace(_ body: (StoreKey, any TicketStore) throws(StoreError) -> Void) {
    recordingTrouble { () throws(StoreError) in
      guard let ring = try setup.engine.keyRing(create: false) else { return }
      let store = try setup.engine.store.get()
      for key in ring.all { try body(setup.place(under: key), store) }
    }
  }

  /// Visits the records at a place that go back to a full handshake. What is said of them is what was sealed: a listing
  /// may say what it likes.
  private func forEachSibling(
    of fullHandshake: [UInt8], at place: StoreKey,
    _ body: (any TicketStore, RecordKey, RecordHeader, inout TicketContents, KeyRing) throws(StoreError) -> Void
  ) {
    recordingTrouble { () throws(StoreError) in
      guard let ring = try setup.engine.keyRing(create: false) else { return }
      let store = try setup.engine.store.get()
      for summary in try store.select(server: place.server) where summary.key.place == place {
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
