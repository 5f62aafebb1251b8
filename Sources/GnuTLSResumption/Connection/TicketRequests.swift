internal import SessionTickets

/// How many tickets a ``TLSConnection`` asks its server for, under TLS 1.3 (RFC 9149).
///
/// Not all servers know the question; those that don't send as many as they like.
public enum TicketRequests: Hashable, Sendable {
  /// It doesn't ask.
  case none
  /// After a full handshake for what there is a lack of: that many less those that stay for the next connections. After a
  /// resumption for one, in the place of the one that was used. From 1 to 255.
  case upTo(Int)

  /// As many as a store keeps of one identity, unless told otherwise.
  public static let asNeeded = TicketRequests.upTo(StoreBounds().recordsPerIdentity)

  /// Nil if nothing is asked for.
  var most: Int? {
    switch self {
    case .none: nil
    case .upTo(let count): min(max(count, 1), 255)
    }
  }
}
