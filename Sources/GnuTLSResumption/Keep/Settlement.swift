internal import SessionTickets

/// What a trusted handshake means for the store, apart from its session: for a thread that may wait.
///
/// One thread at a time, which is all that "unchecked" stands for; the session may be another's meanwhile.
package final class Settlement: @unchecked Sendable {
  private let context: SessionContext
  private var refused = NotStored()

  init(_ settled: SessionContext) { context = SessionContext(settling: settled) }

  /// Whether the handshake was resumed.
  package var isResumed: Bool { context.isResumed }

  /// Does what the handshake asks for, the first time, and stores tickets that have come.
  /// - Returns: What has become of the resumption so far.
  @discardableResult
  package func settle(_ batch: TicketBatch) -> Outcome {
    context.capture.takeOver(batch)
    refused = batch.refused
    context.settle()
    return outcome
  }

  /// Data have come from the peer.
  package func receivedData() { context.learnFromData() }

  /// The connection is over.
  package func ended(_ ending: Ending) {
    switch ending {
    case .byOwner: break
    case .closed: context.learnFromSilence(isCertain: false)
    case .broken: context.learnFromSilence(isCertain: true)
    case .alert:
      context.removeSession(because: .fatalAlert)
      context.learnFromSilence(isCertain: true)
    }
  }

  /// How a connection ends.
  package enum Ending: Sendable {
    /// Its owner has closed it, or taken TLS from it.
    case byOwner
    /// The peer has closed it, saying so or not.
    case closed
    /// By something that the peer has sent.
    case broken
    case alert
  }

  package var outcome: Outcome {
    let outcome = context.outcome
    var notStored = refused
    for entry in outcome.notStored.entries { notStored.add(entry.reason, count: entry.count) }
    return Outcome(
      reason: outcome.reason, storeError: outcome.storeError, ticketsReceived: outcome.ticketsReceived,
      ticketsStored: outcome.ticketsStored, notStored: notStored, ticketAge: outcome.ticketAge,
      handshakeFailedWithTicket: outcome.handshakeFailedWithTicket, earlyData: outcome.earlyData,
      fastOpen: outcome.fastOpen)
  }
}
