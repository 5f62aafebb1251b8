/// What became of the bytes that a connection was given as early data (RFC 8446, section 2.3).
///
/// Of a ``TLSConnection`` the server has been sent them, whatever it is. Who has attached a session sends them after the
/// handshake unless they were ``accepted``.
public enum EarlyDataOutcome: Hashable, Sendable {
  /// They went with the first flight, and the server has taken them then.
  case accepted
  /// They went with the first flight, and the server has passed them over: they are sent again after the handshake.
  case rejected
  /// They went with the first flight of a connection whose handshake then failed, or didn't end in time, and were sent again
  /// after that of another one. The server may have taken both.
  case repeated
  /// They went with the first flight of an attached session whose handshake has failed, or hasn't ended. The server may have
  /// taken them: who attached has to connect again, which sends none early, and to send them there.
  case inDoubt
  /// They are sent once, after the handshake.
  case notOffered(EarlyDataReason)
}

/// Why no early data were sent.
public struct EarlyDataReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// No ticket could be offered: see ``Outcome/reason``.
  public static let noTicket = EarlyDataReason(rawValue: "noTicket")
  /// Only a session of TLS 1.2 could be offered, which has no early data.
  public static let oldVersion = EarlyDataReason(rawValue: "oldVersion")
  /// The ticket allows none, or the server had asked for a client's certificate when the session was made.
  public static let notAllowed = EarlyDataReason(rawValue: "notAllowed")
  /// They are more bytes than the ticket allows.
  public static let tooLarge = EarlyDataReason(rawValue: "tooLarge")
  /// The ticket isn't fresh enough: more than six hours old, or past the first half of its lifetime.
  public static let age = EarlyDataReason(rawValue: "age")
  /// The ticket was kept in another boot, or while other marks, or none, were where they are now.
  public static let otherMarks = EarlyDataReason(rawValue: "otherMarks")
  /// There is no place for marks that ends with the boot, or no mark can be made there.
  public static let noMarks = EarlyDataReason(rawValue: "noMarks")
  /// The ticket has carried early data before: its store has been put back to what it was.
  public static let used = EarlyDataReason(rawValue: "used")
  /// Which group the server will choose isn't known, or its key share isn't sent: another round trip would be likely.
  public static let group = EarlyDataReason(rawValue: "group")
  /// The session's cipher isn't allowed any more.
  public static let cipher = EarlyDataReason(rawValue: "cipher")
  /// No verdict on the stored peer stands: it is verified after the handshake.
  public static let verdict = EarlyDataReason(rawValue: "verdict")
  /// The engine doesn't verify the peer itself, before anything is sent.
  public static let verification = EarlyDataReason(rawValue: "verification")
  /// The client has a certificate to show.
  public static let clientCertificate = EarlyDataReason(rawValue: "clientCertificate")
  /// The server's tickets are kept where other machines take them too.
  public static let shared = EarlyDataReason(rawValue: "shared")
  /// Early data to this server have broken a handshake within the last day, or may have within the last hour.
  public static let resting = EarlyDataReason(rawValue: "resting")
  /// GnuTLS didn't take them.
  public static let refusedByGnuTLS = EarlyDataReason(rawValue: "refusedByGnuTLS")
  /// GnuTLS has taken them, and hasn't announced them.
  public static let notAnnounced = EarlyDataReason(rawValue: "notAnnounced")
}

extension EarlyDataReason: CustomStringConvertible {
  public var description: String { rawValue }
}
