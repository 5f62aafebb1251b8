internal import GnuTLSResumption

/// What the log says of one session.
struct SessionLog {
  private let clearedNoTickets: Bool
  private var began: UInt64 = 0
  /// The log has said what is wrong with the store.
  private var hasToldStoreError = false
  /// Once it is known for certain.
  var server: ServerIdentity?

  init(clearedNoTickets: Bool) { self.clearedNoTickets = clearedNoTickets }

  mutating func begin() { began = HandshakeLog.now }

  /// - Parameter serverName: What is known of the server before the session is set up fully.
  mutating func tell(_ event: HandshakeLog.Event, serverName: String?) {
    guard Settings.logs else { return }
    if event.storeError != nil { hasToldStoreError = true }
    HandshakeLog.write(
      LogLine(
        event: event, server: server, serverName: serverName,
        nanoseconds: event.hasDuration ? HandshakeLog.now &- began : nil, clearedNoTickets: clearedNoTickets))
  }

  /// The store may turn out to be of no use only when tickets go there: nothing was missing in it before.
  mutating func tellStoreError(_ outcome: Outcome, serverName: String?) {
    if !hasToldStoreError, outcome.storeError != nil { tell(.notKept(outcome), serverName: serverName) }
  }
}
