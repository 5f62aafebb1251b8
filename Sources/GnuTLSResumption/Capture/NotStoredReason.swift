/// Why a ticket or session that came was not stored.
public struct NotStoredReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Lifetime 0: to be discarded at once (RFC 8446, section 4.6.1).
  public static let zeroLifetime = NotStoredReason(rawValue: "zeroLifetime")
  /// The session id doesn't stand in the session data exactly once, so it can't be replaced.
  public static let sessionIDNotReplaceable = NotStoredReason(rawValue: "sessionIDNotReplaceable")
  /// GnuTLS gave its dummy data.
  public static let dummyData = NotStoredReason(rawValue: "dummyData")
  /// A TLS 1.2 session without extended master secret (RFC 7627, section 5.3).
  public static let noExtendedMasterSecret = NotStoredReason(rawValue: "noExtendedMasterSecret")
  /// The connection was resumed from session data that didn't come from here, so its full handshake is unknown.
  public static let unknownOrigin = NotStoredReason(rawValue: "unknownOrigin")
  /// More than a store keeps (128 kB).
  public static let tooLarge = NotStoredReason(rawValue: "tooLarge")
  /// The closure that the caller set said no.
  public static let refusedByCaller = NotStoredReason(rawValue: "refusedByCaller")
  /// A week has passed since the last full handshake.
  public static let fullHandshakeTooOld = NotStoredReason(rawValue: "fullHandshakeTooOld")
  /// The server has sent it before; or the application has handed it in, while the hook has seen tickets: it could be one of
  /// those.
  public static let alreadyCaptured = NotStoredReason(rawValue: "alreadyCaptured")
  /// The application has got it from GnuTLS, and used it itself.
  public static let ceded = NotStoredReason(rawValue: "ceded")
  /// GnuTLS's session data aren't as they are known: where an application may have the same ticket, nobody could tell.
  public static let notRecognizable = NotStoredReason(rawValue: "notRecognizable")
  /// The store was purged, or the server forgotten, since the connection was begun.
  public static let removedMeanwhile = NotStoredReason(rawValue: "removedMeanwhile")
  /// The store couldn't say at the beginning of the connection what has been removed by then.
  public static let removalsUnknown = NotStoredReason(rawValue: "removalsUnknown")
  /// The session's priorities or flags forbid tickets: it would never be sent.
  public static let neverSent = NotStoredReason(rawValue: "neverSent")
  /// More tickets on one connection than are kept of one.
  public static let tooMany = NotStoredReason(rawValue: "tooMany")
  /// The server's machines have ticket keys of their own, and the tickets of the others would have to go for it.
  public static let roomForOthers = NotStoredReason(rawValue: "roomForOthers")
}

extension NotStoredReason: CustomStringConvertible {
  /// For people.
  public var description: String {
    switch self {
    case .zeroLifetime: "its lifetime is 0"
    case .sessionIDNotReplaceable: "its session id can't be replaced"
    case .dummyData: "GnuTLS had no session data"
    case .noExtendedMasterSecret: "it has no extended master secret"
    case .unknownOrigin: "the connection was resumed by somebody else"
    case .tooLarge: "it is too large"
    case .refusedByCaller: "the caller refused it"
    case .fullHandshakeTooOld: "its full handshake is too long ago"
    case .alreadyCaptured: "it was taken before"
    case .ceded: "the application has used it"
    case .notRecognizable: "its session data are of an unknown form"
    case .removedMeanwhile: "what is kept of the server was removed meanwhile"
    case .removalsUnknown: "the store can't tell what was removed meanwhile"
    case .neverSent: "the session's priorities forbid tickets"
    case .tooMany: "newer tickets took its place"
    case .roomForOthers: "there is room for one machine's tickets and the others'"
    default: rawValue
    }
  }
}
