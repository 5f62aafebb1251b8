internal import CGnuTLS

/// Collecting tickets on close.
extension TLSConnection {
  /// The most that is read and discarded, in bytes: a peer that goes on sending isn't worth waiting for.
  private static let mostDiscarded = 1024 * 1024

  /// Says goodbye; where tickets may still be on their way, waits for them until the peer does so too, and notes
  /// whether there were any.
  func collectTickets() {
    let isWorthIt = mayHaveTicketsComing
    if !peerHasClosed {
      let deadline = Deadline(milliseconds: 100)
      _ = client.repeating(until: deadline) { unsafe Int(gnutls_bye($0.pointer, GNUTLS_SHUT_WR)) }
    }
    if isWorthIt { discardUntilClosed() }
    guard context.isEstablished, !context.findings.isDisabled, client.handle.isTLS13 else { return }
    let tickets = context.ticketsReceived
    guard isWorthIt || tickets > 0 else { return }
    let now = context.engine.now.seconds
    context.updateServerNote { $0.addContact(tickets: tickets, now: now) }
  }

  private func discardUntilClosed() {
    guard case .atMost(let milliseconds) = drain else { return }
    context.log("closing: waiting for tickets, \(milliseconds) ms and one round trip at most")
    let deadline = Deadline(milliseconds: client.socket.roundTripMilliseconds + milliseconds)
    var discarded = 0
    while !peerHasClosed, discarded < Self.mostDiscarded, !deadline.hasPassed {
      guard let data = try? receive(upTo: 16 * 1024, until: deadline) else { return }
      discarded += data.count
    }
  }

  private var mayHaveTicketsComing: Bool {
    guard drain != .none, !peerHasClosed, !context.findings.isDisabled, context.isEstablished, client.handle.isTLS13,
      !(context.ticketsReceived > 0 && hasDataAfterTickets)
    else { return false }
    guard context.ticketsReceived == 0, let note = try? context.serverNotes.note() else { return true }
    guard note.expectsNoTickets(now: context.engine.now.seconds) else { return true }
    context.log("closing: not waiting for tickets, for this server sent none lately")
    return false
  }
}
