public import SessionTickets

/// Something that happened on a server's side of resumption. None of it holds a secret.
public enum ServerEvent: Sendable {
  /// A key for a slot was drawn, and published for other servers; or it is this process's alone, as there is no store.
  case keyDrawn(slot: Int64, isShared: Bool)
  /// Another server's key for a slot was found.
  case keyFound(slot: Int64)
  /// A slot's tickets have ended, and its key is gone.
  case keyEnded(slot: Int64)
  /// Everything was removed from the store: no ticket of before is accepted.
  case keysRevoked
  /// The store can't be used: new tickets are sealed with keys of this process alone.
  case storeUnavailable(StoreError)
  /// The store can be used again.
  case storeAvailable
  /// A TLS 1.2 session was stored under its id (OpenSSL's new-session callback).
  case sessionStored(id: [UInt8])
  /// A client asked for a session by its id (OpenSSL's get-session callback).
  case sessionLookedUp(id: [UInt8], found: Bool)
  /// A session has left the store (OpenSSL's remove-session callback). What leaves it at a bound, the store's observer is
  /// told.
  case sessionRemoved(id: [UInt8], RemovalReason)
}

extension ServerEvent: CustomStringConvertible {
  /// For people, in a line.
  public var description: String {
    switch self {
    case .keyDrawn(let slot, true): "drew the ticket key of slot \(slot)"
    case .keyDrawn(let slot, false): "drew a ticket key of slot \(slot) that no other server has"
    case .keyFound(let slot): "found the ticket key of slot \(slot)"
    case .keyEnded(let slot): "the tickets of slot \(slot) have ended, and its key is gone"
    case .keysRevoked: "the store was emptied: no ticket of before is accepted"
    case .storeUnavailable(let error):
      "the store of ticket keys can't be used, and new tickets are this process's alone: \(error)"
    case .storeAvailable: "the store of ticket keys can be used again"
    case .sessionStored(let id): "stored session \(Self.text(id))"
    case .sessionLookedUp(let id, true): "found session \(Self.text(id))"
    case .sessionLookedUp(let id, false): "found no session \(Self.text(id))"
    case .sessionRemoved(let id, let reason): "removed session \(Self.text(id)): \(reason)"
    }
  }

  /// Enough of an id to tell sessions apart.
  private static func text(_ id: [UInt8]) -> String {
    String(decoding: Hexadecimal.encode(id.prefix(8)), as: UTF8.self)
  }
}
