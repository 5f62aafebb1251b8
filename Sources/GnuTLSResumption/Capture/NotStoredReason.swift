/// Why a ticket or session that came was not stored.
public struct NotStoredReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Lifetime 0: to be discarded at once (RFC 8446, section 4.6.1).
  public static let zeroLifetime = NotStoredReason(rawValue: "its lifetime is 0")
  /// The session id doesn't stand in the session data exactly once, so it can't be replaced.
  public static let sessionIDNotReplaceable = NotStoredReason(rawValue: "its session id can't be replaced")
  /// GnuTLS gave its dummy data.
  public static let dummyData = NotStoredReason(rawValue: "GnuTLS had no session data")
  /// A TLS 1.2 session without extended master secret (RFC 7627, section 5.3).
  public static let noExtendedMasterSecret = NotStoredReason(rawValue: "it has no extended master secret")
  /// The connection was resumed from session data that didn't come from here, so its full handshake is unknown.
  public static let unknownOrigin = NotStoredReason(rawValue: "the connection was resumed by somebody else")
  /// More than a store keeps (128 kB).
  public static let tooLarge = NotStoredReason(rawValue: "it is too large")
  /// The closure that the caller set said no.
  public static let refusedByCaller = NotStoredReason(rawValue: "the caller refused it")
  /// A week has passed since the last full handshake.
  public static let fullHandshakeTooOld = NotStoredReason(rawValue: "its full handshake is too long ago")
  /// Handed in by the application, while the hook has seen tickets: it could be one of those.
  public static let alreadyCaptured = NotStoredReason(rawValue: "the hook has taken this connection's tickets")
  /// The application has got it from GnuTLS, and used it itself.
  public static let ceded = NotStoredReason(rawValue: "the application has used it")
  /// GnuTLS's session data aren't as they are known: where an application may have the same ticket, nobody could tell.
  public static let notRecognizable = NotStoredReason(rawValue: "its session data are of an unknown form")
  /// The store was purged, or the server forgotten, since the connection was begun.
  public static let removedMeanwhile = NotStoredReason(rawValue: "what is kept of the server was removed meanwhile")
  /// The store couldn't say at the beginning of the connection what has been removed by then.
  public static let removalsUnknown = NotStoredReason(rawValue: "the store can't tell what was removed meanwhile")
  /// The session's priorities or flags forbid tickets: it would never be sent.
  public static let neverSent = NotStoredReason(rawValue: "the session's priorities forbid tickets")
  /// More tickets on one connection than are kept of one.
  public static let tooMany = NotStoredReason(rawValue: "newer tickets took its place")
}

extension NotStoredReason: CustomStringConvertible {
  public var description: String { rawValue }
}
