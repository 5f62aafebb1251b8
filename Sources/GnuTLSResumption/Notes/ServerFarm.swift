internal import SessionTickets

/// Whether the machines behind a server's name have ticket keys of their own, so that one declines what another has given.
///
/// A young ticket that is declined may be one of a server that was restarted; several, with few accepted in between, are a
/// farm's. There is nothing else to see: a decline names no machine.
struct ServerFarm: Hashable {
  /// While it isn't one: what speaks for it.
  private(set) var doubt: UInt8 = 0
  /// Taken for a farm until then, in seconds since 1970; 0 if it isn't.
  private(set) var until: Int64 = 0
  /// Offers of a farm that were declined since one was accepted, or held back.
  private(set) var misses: UInt8 = 0

  /// As much doubt as makes a farm.
  private static let enough: UInt8 = 4
  /// As many misses in a row show that the order of the tickets isn't that of the machines.
  private static let enoughMisses: UInt8 = 2
  /// Then it has to show itself as one again, which takes a single decline: keys may be shared since.
  private static let duration: Int64 = 7 * 24 * 3_600

  func isFarm(now: Int64) -> Bool {
    // A clock that was set back must not make it last longer.
    now < until && until <= now.addingClamped(Self.duration)
  }

  private mutating func end(now: Int64) {
    guard until != 0, !isFarm(now: now) else { return }
    self = ServerFarm()
    doubt = Self.enough - 1
  }

  /// An offer of a ticket was accepted.
  mutating func accepted(now: Int64) {
    end(now: now)
    misses = 0
    if doubt > 0 { doubt -= 1 }
  }

  /// An offer of a young ticket was declined.
  /// - Parameter isElsewhere: The ticket came from another address: one server alone would rather have one.
  mutating func declined(isElsewhere: Bool, now: Int64) {
    end(now: now)
    guard until == 0 else {
      misses = min(misses, 254) + 1
      return
    }
    doubt += isElsewhere ? 4 : 2
    guard doubt >= Self.enough else { return }
    doubt = 0
    until = max(1, now.addingClamped(Self.duration))
    misses = 1
  }

  /// No ticket was offered, so that there is one more next time.
  mutating func heldBack() { misses = 0 }

  /// Whether to offer nothing, though there is something, so that there is a ticket of one machine more next time: machines that
  /// give one ticket a connection and take turns would decline the last one's for ever.
  /// - Parameters:
  ///   - count: How many tickets there are.
  ///   - isElsewhere: None came from the address now connected.
  func holdsBack(_ count: Int, isElsewhere: Bool, now: Int64) -> Bool {
    isFarm(now: now) && count < TicketStock.bound && (isElsewhere || misses >= Self.enoughMisses)
  }
}

extension ServerFarm {
  /// Appends 10 bytes.
  func append(to result: inout [UInt8]) {
    result.append(doubt)
    result.append(misses)
    result.append(bigEndian: UInt64(bitPattern: until))
  }

  /// Nil also for what no farm is like.
  init?(_ reader: inout ByteReader) {
    guard let doubt = reader.integer(UInt8.self), let misses = reader.integer(UInt8.self),
      let until = reader.integer(UInt64.self).map({ Int64(bitPattern: $0) }), until >= 0
    else { return nil }
    guard until == 0 ? doubt < Self.enough && misses == 0 : doubt == 0 else { return nil }
    self.doubt = doubt
    self.misses = misses
    self.until = until
  }
}
