import GnuTLSResumption

/// What a resumed handshake saves.
extension ServerProbe {
  /// More full handshakes aren't made for their time alone.
  private static let mostTimesOfFull = 3

  /// Uses what is left for handshakes of both kinds, so that there is a median of them.
  mutating func takeTimes() {
    while limits.connectionsLeft > 0 {
      let isResumptionRarer = resumedMilliseconds.count <= fullMilliseconds.count
      let isMade: Bool
      if isResumptionRarer, findings.tls13?.offers.taken ?? 0 > 0, !tickets.isEmpty {
        isMade = offerTicket(.timing) != nil
      } else if isResumptionRarer, let session {
        isMade = resume(session.session, .timing) { $0.isWithoutTickets = session.isWithoutTickets } == .resumed
      } else if fullMilliseconds.count < Self.mostTimesOfFull, case .success(let connection)? = connect(.timing) {
        takeIn(connection)
        isMade = true
      } else {
        isMade = false
      }
      if !isMade { return }
    }
  }
}
