/// The tickets of a connection. Number, moment and delay concern TLS 1.3; the lifetime TLS 1.2 too.
public struct TicketScript: Sendable, Equatable {
  public enum Moment: Sendable, Equatable {
    case afterHandshake
    /// When the first application data has come, and before it is answered.
    case afterFirstData
  }

  /// How many are sent, each in a message of its own: 0 to 8 are tested.
  public var count = 2
  /// Sends as many as a client asks for in place of ``count``, and says so (RFC 9149).
  public var honoursRequests = false
  /// What it says that it will send, be it true or not. Only to who has asked.
  public var announcedCount: UInt8?
  /// How many bytes it says that in: the standard wants 1.
  public var answerSize = 1
  /// How long the server accepts its tickets, in seconds, and what they say unless ``announcedLifetime`` is set.
  ///
  /// GnuTLS cuts it at 604,800 (7 days), and divides by it: at least 1. A resumed connection's tickets get what is left of it.
  public var lifetime = 21_600
  /// What TLS 1.3 tickets say their lifetime is, in seconds, be it true or allowed or not.
  ///
  /// It is written over the outgoing message, which TLS 1.3 doesn't hash. A TLS 1.2 ticket is part of the hashed handshake
  /// and always says ``lifetime``.
  public var announcedLifetime: UInt32?
  public var moment = Moment.afterHandshake
  /// How long the server waits before it sends them, in milliseconds.
  public var delay = 0
  /// Application data sent before them.
  public var precedingData: [UInt8] = []

  public init() {}
}

/// The secret under which a server seals its tickets. Servers with the same key accept each other's.
public struct TicketKey: Sendable, Equatable {
  /// GnuTLS takes exactly that many bytes.
  public static let count = 64

  let bytes: [UInt8]

  /// Makes a key of chosen bytes: ``count`` of them, else nil.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.count else { return nil }
    self.bytes = bytes
  }

  /// Makes a key of 64 times the same byte: a fixed one for tests.
  public init(repeating byte: UInt8) { bytes = [UInt8](repeating: byte, count: Self.count) }

  /// Makes a fresh random key.
  public static func random() -> TicketKey {
    TicketKey((0..<count).map { _ in UInt8.random(in: .min ... .max) }) ?? TicketKey(repeating: 0)
  }
}
