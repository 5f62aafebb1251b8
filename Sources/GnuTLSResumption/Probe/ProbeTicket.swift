internal import SessionTickets

/// A ticket or session that a probe holds, in this process's memory alone.
///
/// A ticket of TLS 1.3 is handed out once, as everywhere; a second time only to who says that this is what is to be tried.
/// Confined to whichever thread probes.
package final class ProbeTicket {
  private var sessionData: [UInt8]
  private let kind: RecordKind
  private var isOffered = false

  init(_ ticket: CapturedTicket) {
    sessionData = ticket.sessionData
    kind = ticket.kind
  }

  deinit { sessionData.wipe() }

  /// What is to be offered; nil for a ticket that has been offered.
  func take(again: Bool) -> [UInt8]? {
    guard !isOffered || again || kind == .session else { return nil }
    isOffered = true
    return sessionData
  }
}
