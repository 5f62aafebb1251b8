internal import CGnuTLS
internal import SessionTickets

/// Taking a ticket from the store, and offering it.
extension SessionContext {
  /// How many records one connection looks at before it goes on without.
  private static let mostClaims = 16

  /// Claims the newest ticket that may be offered. May wait for the store. Whatever goes wrong becomes a finding.
  func claim() {
    guard !findings.isDisabled else { return }
    // Without trust tickets would be refused, and lost: the full handshake will tell.
    if let verifier, !verifier.credentials.isTrustLoaded, !verifier.policy.isLoadable { return }
    guard canReconnect || priorities != nil else {
      findings.isWithheld = true
      return log("withheld: the priority string can't be read")
    }
    do throws(StoreError) {
      guard let ring = try engine.keyRing(create: false) else { return }
      if !canReconnect, try isOfferBarred(ring) {
        findings.isWithheld = true
        return log("withheld: an offer to this server failed less than a day ago")
      }
      try claim(under: ring.newest, ring)
      for key in ring.older where opened == nil {
        try claim(under: key, ring)
      }
    } catch {
      record(error)
    }
  }

  private func claim(under key: MasterKey, _ ring: KeyRing) throws(StoreError) {
    let place = try place(under: key)
    for _ in 0..<Self.mostClaims {
      switch try engine.store.get().take(from: place, now: engine.now) {
      case .miss(let miss):
        return findings.add(miss)
      case .claimed(let claim):
        let record = claim.key
        switch open(claim.record, at: place, ring) {
        case .success(let contents):
          opened = OpenedTicket(claim, contents: contents)
          return
        case .failure(let refusal):
          log("not offered: \(refusal.text)")
          try drop(record, kind: claim.record.header.kind, refusal)
          guard refusal.mayTryNext else { return }
        }
      }
    }
  }

  /// Opens and judges a record: authentic, of this GnuTLS, live, trusted today, and safe to offer.
  private func open(_ record: SealedRecord, at place: StoreKey, _ ring: KeyRing) -> Result<TicketContents, Refusal> {
    guard var contents = ring.contents(of: record, identity: place.identity) else {
      return .failure(.damaged("a record doesn't open, or is of another format"))
    }
    if let refusal = judge(contents, record.header) {
      contents.sessionData.wipe()
      return .failure(refusal)
    }
    return .success(contents)
  }

  /// Returns why authentic contents must not be offered, or nil.
  private func judge(_ contents: TicketContents, _ header: RecordHeader) -> Refusal? {
    guard !DummySessionData.matches(contents.sessionData) else { return .damaged("a record holds no session data") }
    guard contents.gnutlsVersion == GnuTLSVersion.current else {
      return .damaged("a session was packed by GnuTLS \(contents.gnutlsVersion)")
    }
    guard
      Lifetime.isLive(
        issued: contents.issued, lifetime: contents.lifetime, fullHandshake: contents.fullHandshake.time,
        now: engine.now.seconds)
    else { return .expired }
    // What a TLS 1.2 session has negotiated is resumed by GnuTLS without asking whether it is still allowed.
    if header.kind == .session {
      guard let configuration = contents.configuration, configuration == GnuTLSConfiguration.current else {
        return .otherConfiguration
      }
    }
    if let refusal = judgeStoredPeer(contents) { return refusal }
    guard canReconnect || isCertainlyAccepted(contents, header.kind) else { return .withheld }
    guard header.kind == .session || OfferedTickets.ofThisProcess.insert(header.id) else {
      return .damaged("the store gave a ticket twice")
    }
    return nil
  }

  private func judgeStoredPeer(_ contents: TicketContents) -> Refusal? {
    let now = engine.now.seconds
    guard contents.verdict?.validity.contains(now) != false else { return .expired }
    guard let verifier, contents.verdict.flatMap({ verifier.confirmed($0, now: now) }) == nil else { return nil }
    let anchors: TrustAnchors
    do {
      anchors = try verifier.credentials.anchors(for: contents.peerChain, staples: contents.staples)
    } catch {
      return .noTrust(error.message)
    }
    do {
      try verifier.verify(chain: contents.peerChain, staples: contents.staples, anchors, now: now, for: session)
      return nil
    } catch {
      return error.isOnlyDates ? .expired : .untrusted(error.message)
    }
  }

  /// Removes a record that was claimed but is not offered: a ticket has left the store with the claim.
  private func drop(_ record: RecordKey, kind: RecordKind, _ refusal: Refusal) throws(StoreError) {
    switch refusal {
    case .damaged: findings.damaged += 1
    case .expired: findings.expired += 1
    case .untrusted, .noTrust: findings.trustChanged += 1
    case .withheld: findings.isWithheld = true
    case .otherConfiguration: findings.hasOtherIdentities = true
    }
    guard kind == .session, let reason = refusal.removal else { return }
    try engine.store.get().remove(record, because: reason)
  }

  /// Offers what was claimed. Never waits.
  /// - Throws: If GnuTLS refuses the data: the session must not be used for a handshake then.
  func offer() throws(GnuTLSError) {
    guard let ticket = opened.take() else { return }
    log("offering a \(ticket.kind == .ticket ? "ticket" : "session")")
    offered = try ticket.offer(to: session, now: engine.now)
  }

  func record(_ error: StoreError) {
    // One line is enough: what fails at the claim fails at keeping too.
    guard findings.storeError == nil else { return }
    findings.storeError = error
    log("store: \(error)")
  }
}

/// Why a claimed record is not offered.
private enum Refusal: Error {
  case damaged(String)
  case expired
  case untrusted(String)
  case noTrust(String)
  case withheld
  case otherConfiguration

  var text: String {
    switch self {
    case .damaged(let text): text
    case .expired: "a session or its certificates are past their time"
    case .untrusted(let text): "the stored peer is not trusted now: \(text)"
    case .noTrust(let text): "the stored peer can't be verified now: \(text)"
    case .withheld: "it could break the connection"
    case .otherConfiguration: "GnuTLS's configuration has changed"
    }
  }

  /// Why a TLS 1.2 session leaves the store; nil if it stays.
  var removal: RemovalReason? {
    switch self {
    case .damaged: .damaged
    case .expired: .expired
    case .untrusted: .trust
    case .otherConfiguration: .policy
    case .withheld, .noTrust: nil
    }
  }

  /// What is withheld stays in the store, and would only come again; without trust, all others would be refused too.
  var mayTryNext: Bool {
    switch self {
    case .withheld, .noTrust: false
    case .damaged, .expired, .untrusted, .otherConfiguration: true
    }
  }
}
