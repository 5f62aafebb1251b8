internal import SessionTickets

/// When a step has begun.
struct EventBeginning {
  let wallTime: WallTime
  let moment: Deadline
}

/// What an observer is told. Without one nobody looks at a clock.
extension SessionContext {
  /// This moment; nil without an observer.
  var eventBeginning: EventBeginning? {
    guard setup.engine.options.observer != nil else { return nil }
    return EventBeginning(wallTime: setup.engine.now, moment: .present)
  }

  func tell(_ step: ResumptionEvent.Step, since beginning: EventBeginning?) {
    // A forked process has a copy of its parent's connection.
    guard let beginning, let observer = setup.engine.options.observer, capture.isOfThisProcess else { return }
    observer(
      ResumptionEvent(
        server: setup.identity.server, step: step, beginning: beginning.wallTime,
        nanoseconds: beginning.moment.nanosecondsAgo, outcome: outcome))
  }

  /// This moment, if a ticket is looked for from here on.
  var searchBeginning: EventBeginning? {
    if case .first = attempt, setup.isEnabled { eventBeginning } else { nil }
  }

  /// The hook, when a ClientHello leaves: the first, or one that the server has asked for.
  func handshakeBegins() {
    if handshakeBeginning == nil, case .pending = handshake { handshakeBeginning = eventBeginning }
  }

  /// - Returns: When the handshake has begun, once.
  private func takeHandshakeBeginning() -> EventBeginning? {
    defer { handshakeBeginning = nil }
    return handshakeBeginning
  }

  /// The handshake has succeeded, and the peer is judged.
  func tellEstablished() {
    guard let beginning = takeHandshakeBeginning() else { return }
    let name = session.protocolName
    tell(.handshake(.established(isResumed: isResumed, protocolName: name)), since: beginning)
  }

  /// The handshake is over. Once, and without touching the session, which may be gone.
  func tellEnd(_ result: ResumptionEvent.HandshakeResult) {
    guard let beginning = takeHandshakeBeginning() else { return }
    tell(.handshake(result), since: beginning)
  }

  /// The session is let go of: whatever hasn't ended well by then, hasn't.
  func tellEndIfUntold() {
    if case .refused = handshake { tellEnd(.refused) } else { tellEnd(.failed) }
  }
}
