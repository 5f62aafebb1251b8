/// A place in the handshake at which the server gives up, and how.
///
/// GnuTLS sends a whole flight at once. So a failure *after* a message that the server sends comes when its flight is out
/// and before the client's answer is read. One *before* a message in the middle of a flight lets the flight's earlier
/// messages out only if an alert follows them.
public struct HandshakeFailure: Sendable, Equatable {
  public enum Moment: Sendable, Equatable {
    case before, after
  }

  public enum Direction: Sendable, Equatable {
    case sent, received
  }

  public enum Action: Sendable, Equatable {
    /// A fatal alert, by its number in RFC 8446 §6: 40 is handshake_failure.
    case alert(UInt8)
    /// The TCP connection is closed, without an alert.
    case close
    /// The TCP connection is reset.
    case reset
    /// Nothing more is sent; the TCP connection stays open until the client closes it.
    case silence
  }

  public var moment: Moment
  public var message: HandshakeMessage
  /// Which side's message, for those that both send.
  public var direction: Direction?
  public var action: Action
  /// Spares clients that offer no PSK, TLS 1.2 ticket or (without TLS 1.3) session id.
  public var onlyWhenResuming: Bool
  /// Spares clients whose first bytes didn't come with the SYN.
  public var onlyWithDataOfSYN = false

  public init(
    _ moment: Moment, _ message: HandshakeMessage, direction: Direction? = nil, action: Action = .alert(40),
    onlyWhenResuming: Bool = false
  ) {
    self.moment = moment
    self.message = message
    self.direction = direction
    self.action = action
    self.onlyWhenResuming = onlyWhenResuming
  }

  func matches(message: UInt32, after: Bool, received: Bool) -> Bool {
    guard message == self.message.rawValue, after == (moment == .after) else { return false }
    return direction == nil || (direction == .received) == received
  }
}

/// A handshake message's type: an open set, by its number on the wire.
public struct HandshakeMessage: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let clientHello = HandshakeMessage(rawValue: 1)
  public static let serverHello = HandshakeMessage(rawValue: 2)
  public static let newSessionTicket = HandshakeMessage(rawValue: 4)
  public static let endOfEarlyData = HandshakeMessage(rawValue: 5)
  public static let encryptedExtensions = HandshakeMessage(rawValue: 8)
  public static let certificate = HandshakeMessage(rawValue: 11)
  public static let serverKeyExchange = HandshakeMessage(rawValue: 12)
  public static let certificateRequest = HandshakeMessage(rawValue: 13)
  public static let serverHelloDone = HandshakeMessage(rawValue: 14)
  public static let certificateVerify = HandshakeMessage(rawValue: 15)
  public static let clientKeyExchange = HandshakeMessage(rawValue: 16)
  public static let finished = HandshakeMessage(rawValue: 20)
}
