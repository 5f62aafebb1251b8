/// How long a session may be offered (RFC 8446, section 4.6.1; RFC 5077, section 5.6).
enum Lifetime {
  /// A week: the most for a TLS 1.3 ticket, and between two full handshakes whatever was resumed meanwhile.
  static let week: UInt32 = 7 * 24 * 3600
  /// The most for a TLS 1.2 session.
  static let day: UInt32 = 24 * 3600
  /// For a TLS 1.3 ticket whose lifetime nobody saw.
  static let unknown: UInt32 = 2 * 3600

  /// The lifetime of a TLS 1.3 ticket in seconds, or nil if it must not be stored.
  static func ofTicket(_ message: NewSessionTicket?) -> UInt32? {
    guard let message else { return unknown }
    return message.lifetime == 0 ? nil : min(message.lifetime, week)
  }

  /// The lifetime of a TLS 1.2 session in seconds: the server's hint if it gave one, a day at most.
  static func ofSession(_ message: NewSessionTicket?) -> UInt32 {
    guard let message, message.lifetime != 0 else { return day }
    return min(message.lifetime, day)
  }

  /// When a session is of no more use, in seconds since 1970.
  static func expiry(issued: Int64, lifetime: UInt32, fullHandshake: Int64) -> Int64 {
    min(issued.addingClamped(Int64(lifetime)), fullHandshake.addingClamped(Int64(week)))
  }

  /// Whether a session may be offered now. One from the future is as bad as one too old: the clock was set back.
  static func isLive(issued: Int64, lifetime: UInt32, fullHandshake: Int64, now: Int64) -> Bool {
    issued <= now && fullHandshake <= now
      && now < expiry(issued: issued, lifetime: lifetime, fullHandshake: fullHandshake)
  }
}
