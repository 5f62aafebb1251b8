internal import CGnuTLS
internal import Glibc
internal import SessionTickets

/// Taking tickets out of GnuTLS. Everything here runs inside GnuTLS's calls or right after them, and never waits.
extension SessionContext {
  /// The hook, before GnuTLS processes a NewSessionTicket: only now is the whole message there.
  func sawTicketMessage(_ message: [UInt8]) {
    nextTicket = session.isTLS13 ? NewSessionTicket(parsing: message) : NewSessionTicket(parsingTLS12: message)
  }

  /// The hook, after GnuTLS has processed a NewSessionTicket: under TLS 1.3 the session's newest ticket is this one,
  /// until the next comes. Under TLS 1.2 the handshake isn't over: see ``captureSession()``.
  func receivedTicket() {
    guard session.isTLS13 else { return }
    isNewestTicketTaken = true
    captureTicket(nextTicket)
    nextTicket = nil
  }

  /// Somebody has put another hook in the place of ours: the newest ticket can still be had, without waiting, for
  /// GnuTLS says that one came.
  func captureMissedTicket() {
    guard session.isTLS13, session.hasReceivedTicket, mayTakeNewestTicket else { return }
    isNewestTicketTaken = true
    log("the handshake hook was replaced: taking the newest ticket only")
    captureTicket(nil)
  }

  /// The application has got session data from GnuTLS. They are packed again here: only bytes of GnuTLS's own, and
  /// whole, may be sealed.
  func handIn(_ data: [UInt8]) {
    guard isEstablished, session.isTLS13 else { return }
    guard !DummySessionData.matches(data), session.hasReceivedTicket else { return refuse(.dummyData) }
    guard mayTakeNewestTicket else { return refuse(.alreadyCaptured) }
    captureMissedTicket()
  }

  /// Nobody else has: neither the hook nor another attachment, which has taken this one's place in the registry.
  private var mayTakeNewestTicket: Bool {
    !isNewestTicketTaken && SessionRegistry.context(of: session) === self
  }

  private func captureTicket(_ message: NewSessionTicket?) {
    ticketsReceived += 1
    newestTicket = .elsewhere
    guard !findings.isDisabled else { return }
    guard let lifetime = Lifetime.ofTicket(message) else { return refuse(.zeroLifetime) }
    guard var data = packedData(), !DummySessionData.matches(data) else { return refuse(.dummyData) }
    let id = session.sessionID
    guard let freshID = try? Random.nonce(id.count), LegacySessionID.replace(id, in: &data, by: freshID) else {
      data.wipe()
      return refuse(.sessionIDNotReplaceable)
    }
    append(
      CapturedTicket(
        sessionData: data, kind: .ticket, issued: engine.now.seconds, lifetime: lifetime,
        earlyDataLimit: message?.earlyDataLimit ?? 0))
    newestTicket = .captured(by: getpid())
  }

  /// After a full TLS 1.2 handshake: its session, by ticket or by session id. On a resumed one GnuTLS would only give
  /// back what was offered.
  func captureSession() {
    guard !session.isTLS13, !session.isResumed, session.hasReceivedTicket || !session.sessionID.isEmpty else { return }
    let message = nextTicket
    nextTicket = nil
    guard !findings.isDisabled, let data = packedData(), !DummySessionData.matches(data) else { return }
    ticketsReceived += 1
    guard session.hasExtendedMasterSecret else { return refuse(.noExtendedMasterSecret) }
    append(
      CapturedTicket(
        sessionData: data, kind: .session, issued: engine.now.seconds, lifetime: Lifetime.ofSession(message),
        earlyDataLimit: 0))
  }

  private func packedData() -> [UInt8]? {
    isPacking = true
    defer { isPacking = false }
    return try? session.packedData()
  }

  private func append(_ ticket: CapturedTicket) {
    if captured.count == Self.mostTickets {
      captured[0].sessionData.wipe()
      captured.removeFirst()
      refuse(.tooMany)
    }
    captured.append(ticket)
  }

  func refuse(_ reason: NotStoredReason) {
    notStored.append(reason)
    log("not stored: \(reason)")
  }
}
