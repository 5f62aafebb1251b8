internal import SessionTickets

/// How time is divided among ticket keys: slot after slot since 1970, each with a key of its own.
struct SlotCalendar: Hashable, Sendable {
  /// So many slots' tickets may live at a time, and about so many keys.
  static let maximumLiveSlots: Int64 = 60
  /// GnuTLS makes no tickets that live longer (RFC 8446, section 4.6.1).
  static let maximumLifetime: Int64 = 604_800

  /// Seconds, all three.
  let length, lifetime, tolerance: Int64

  /// Numbers that can't be meant become the nearest that can.
  init(length: Int64, lifetime: Int64, tolerance: Int64) {
    self.lifetime = min(max(lifetime, 1), Self.maximumLifetime)
    let shortest = (self.lifetime + Self.maximumLiveSlots - 1) / Self.maximumLiveSlots
    self.length = min(max(length, shortest), Self.maximumLifetime)
    // A clock that goes further ahead would use keys that the others haven't looked for yet.
    self.tolerance = min(max(tolerance, 0), self.length)
  }

  func slot(at now: WallTime) -> Int64 { max(0, now.seconds) / length }

  /// When a slot's last ticket has ended by every clock, in seconds since 1970.
  ///
  /// A renewed ticket ends when the first one would have: GnuTLS counts from the full handshake.
  func expiry(of slot: Int64) -> Int64 {
    let (end, overflow) = slot.addingClamped(1).multipliedReportingOverflow(by: length)
    return overflow ? .max : end.addingClamped(lifetime + tolerance)
  }

  /// The slots whose tickets may live, and the one to come.
  func live(at now: WallTime) -> ClosedRange<Int64> {
    let current = slot(at: now)
    return max(0, now.seconds - lifetime - tolerance) / length...current + 1
  }

  /// GnuTLS changes keys by itself too: it hashes what it was given with this number, and accepts the one before.
  func period(at now: WallTime) -> UInt64 { UInt64(max(0, now.seconds) / (3 * lifetime)) }
}
