/// What a store tells of a record without giving it out.
public struct RecordSummary: Hashable, Sendable {
  public let key: RecordKey
  public let kind: RecordKind
  /// When it was inserted.
  public let inserted: WallTime
  /// When it is of no more use, in seconds since 1970.
  public let expiry: Int64
  /// What it counts towards the store's bound, in bytes.
  public let byteCount: Int

  public init(key: RecordKey, kind: RecordKind, inserted: WallTime, expiry: Int64, byteCount: Int) {
    self.key = key
    self.kind = kind
    self.inserted = inserted
    self.expiry = expiry
    self.byteCount = byteCount
  }
}

/// How much a store holds.
public struct StoreCount: Hashable, Sendable {
  public var tickets: Int
  public var sessions: Int
  public var notes: Int
  /// What all of these count towards the store's bound, in bytes.
  public var bytes: Int

  public init(tickets: Int = 0, sessions: Int = 0, notes: Int = 0, bytes: Int = 0) {
    self.tickets = tickets
    self.sessions = sessions
    self.notes = notes
    self.bytes = bytes
  }

  /// Tickets and sessions.
  public var records: Int { tickets &+ sessions }
}
