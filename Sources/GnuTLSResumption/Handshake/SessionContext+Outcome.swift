/// What a session's handshake has come to.
extension SessionContext {
  /// Why the handshake was a full one.
  var reason: FullHandshakeReason {
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
      handshakeFailedWithTicket: hasFailedWithTicket, earlyData: earlyData, fastOpen: fastOpen)
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
}
