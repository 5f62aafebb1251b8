/// Why a record left a store.
public struct RemovalReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Given to a taker who alone may use it.
  public static let taken = RemovalReason(rawValue: "taken")
  /// Past its lifetime.
  public static let expired = RemovalReason(rawValue: "expired")
  /// Pushed out by newer records, at a bound.
  public static let evicted = RemovalReason(rawValue: "evicted")
  /// Superseded: by `replace`, by a newer TLS 1.2 session, or by a TLS 1.3 ticket of the same identity.
  public static let replaced = RemovalReason(rawValue: "replaced")
  /// The server didn't accept a ticket of the same full handshake (RFC 9149, section 3).
  public static let declined = RemovalReason(rawValue: "declined")
  /// A fatal alert ended the session (RFC 5246, section 7.2.2).
  public static let fatalAlert = RemovalReason(rawValue: "fatalAlert")
  /// It doesn't parse, or doesn't open.
  public static let damaged = RemovalReason(rawValue: "damaged")
  /// The policy of the connection doesn't allow its use.
  public static let policy = RemovalReason(rawValue: "policy")
  /// The peer is not trusted any more.
  public static let trust = RemovalReason(rawValue: "trust")
  /// A purge of expired records.
  public static let purged = RemovalReason(rawValue: "purged")
  /// Somebody asked for it.
  public static let explicit = RemovalReason(rawValue: "explicit")
}

extension RemovalReason: CustomStringConvertible {
  public var description: String { rawValue }
}
