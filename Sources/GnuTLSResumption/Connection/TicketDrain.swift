internal import CGnuTLS

/// Collecting tickets on close.
extension TLSConnection {
  /// The most that is read and discarded, in bytes: a peer that goes on sending isn't worth waiting for.
  private static let mostDiscarded = 1024 * 1024

  /// Says goodbye; where tickets may still be on their way, waits for them until the peer does so too, and notes how they
  /// came.
  func collectTickets() {
    let deadline = ticketDeadline
    if !peerHasClosed {
      let limit = Deadline(milliseconds: 100)
      _ = client.repeating(until: limit) { unsafe Int(gnutls_bye($0.pointer, GNUTLS_SHUT_WR)) }
    }
    if let deadline { discardUntilClosed(deadline) }
    guard context.trusted != nil, client.handle.isTLS13 else { return }
    let (tickets, now) = (context.capture.received, context.setup.now)
    if tickets > 0 {
      let took = ticketMilliseconds
      context.updateServerNote { $0.pace.came(after: took) }
    } else if context.ticketsAnnounced != 0, deadline != nil || peerHasClosed {
      context.updateServerNote { $0.pace.cameNot(now: now) }
    }
  }

  private func discardUntilClosed(_ deadline: Deadline) {
    context.setup.log("closing: waiting for tickets, \(deadline.pollTimeout) ms at most")
    var discarded = 0
    while !peerHasClosed, !context.hasAllTickets, discarded < Self.mostDiscarded {
      guard let data = try? receive(upTo: 16 * 1024, until: deadline, orAllTickets: true) else { return }
      discarded += data.count
    }
  }

  /// Until when to wait for tickets; nil where that can't bring anything.
  private var ticketDeadline: Deadline? {
    let hasTickets = context.capture.received > 0
    guard !peerHasClosed, context.setup.isEnabled, context.trusted != nil, client.handle.isTLS13,
      !context.hasAllTickets, !(hasTickets && hasDataAfterTickets)
    else { return nil }
    let roundTrip = client.socket.roundTripMilliseconds
    let pace = ((try? context.setup.serverNotes.note()) ?? nil)?.pace ?? TicketPace()
    let patience = pace.patience(hasTickets: hasTickets, now: context.setup.now)
    switch (drain, patience) {
    case (.none, _): return nil
    case (_, .none):
      context.setup.log("closing: not waiting for tickets, for this server sent none lately")
      return nil
    case (.atMost(let milliseconds), _): return Deadline(milliseconds: roundTrip + milliseconds)
    case (.paced, .unknown(let milliseconds)):
      return Deadline(milliseconds: max(roundTrip + milliseconds, 2 * client.answerMilliseconds))
    case (.paced, .sinceClosing(let milliseconds)): return Deadline(milliseconds: milliseconds)
    case (.paced, .sinceHandshake(let milliseconds)):
      return handshakeEnd.advanced(milliseconds: milliseconds + roundTrip)
    }
  }
}
