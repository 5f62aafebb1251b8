public import SessionTickets

/// What became of a connection's resumption.
public struct Outcome: Sendable {
  /// Nil exactly when the handshake was resumed.
  public let reason: FullHandshakeReason?
  /// What went wrong with the key or the store, if anything did: at the claim, or when keeping new tickets.
  public let storeError: StoreError?
  /// Tickets that came on this connection so far; a TLS 1.2 session counts as one.
  public let ticketsReceived: Int
  /// Those of them that are stored.
  public let ticketsStored: Int
  /// Why others were not.
  public let notStored: NotStored
  /// The age of the ticket that was offered, in seconds; nil if none was.
  public let ticketAge: Int64?
  /// The handshake failed although, or because, a ticket had been offered: the next connection to the server is not
  /// offered any, and shows whether it was the offer.
  public let handshakeFailedWithTicket: Bool

  /// What became of the bytes that were given as early data; nil if none were.
  public let earlyData: EarlyDataOutcome?
  /// What became of TCP Fast Open; nil if it wasn't asked for.
  public let fastOpen: FastOpenOutcome?

  public var isResumed: Bool { reason == nil }
}
