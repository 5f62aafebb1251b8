internal import SessionTickets

/// How a server sends its tickets, under TLS 1.3: so that closing waits for them as long as they need, and no longer.
struct TicketPace: Hashable {
  /// How long after the handshake the last ticket of a connection came, in milliseconds, rounded up; 0 if unknown.
  private(set) var milliseconds: UInt16 = 0
  /// Contacts, one after the other, that ended without a ticket.
  private(set) var contactsWithout: UInt8 = 0
  /// When the last of them was, in seconds since 1970.
  private(set) var lastWithout: Int64 = 0

  /// A first contact waits this long, or twice what the server took to answer within the handshake, in milliseconds.
  static let first = 60.0
  /// The second, if nothing came, in milliseconds: a server that closes ends the wait.
  static let second = 300.0
  private static let hour: Int64 = 3_600
  private static let mostMilliseconds: UInt16 = 1_000
  private static let leastMilliseconds: UInt16 = 4

  /// How long to wait for tickets.
  enum Patience: Hashable {
    /// After the closing began, one round trip and so many milliseconds; or twice what the server took to answer,
    /// whichever is longer.
    case unknown(Double)
    /// After the closing began, so many milliseconds.
    case sinceClosing(Double)
    /// After the handshake, so many milliseconds and one round trip.
    case sinceHandshake(Double)
    case none
  }

  /// - Parameter hasTickets: Some have come already.
  func patience(hasTickets: Bool, now: Int64) -> Patience {
    if milliseconds > 0, contactsWithout == 0 || hasTickets { return .sinceHandshake(2 * Double(milliseconds)) }
    switch contactsWithout {
    case _ where hasTickets: return .unknown(Self.first)
    case 0: return .unknown(Self.first)
    case 1: return .sinceClosing(Self.second)
    default:
      let isLately = lastWithout <= now && now < lastWithout.addingClamped(Self.hour)
      return isLately ? .none : .sinceClosing(Self.second)
    }
  }

  /// Tickets have come.
  /// - Parameter took: How long after the handshake the last of them came, in milliseconds; nil if nobody waited for it.
  mutating func came(after took: Double?) {
    contactsWithout = 0
    lastWithout = 0
    guard let took else { return }
    var rounded = Self.leastMilliseconds
    while Double(rounded) < took, rounded < Self.mostMilliseconds { rounded *= 2 }
    rounded = min(rounded, Self.mostMilliseconds)
    // What is noted already will do, unless it is far more than needed: not every connection should write a note.
    if rounded > milliseconds || rounded < milliseconds / 4 { milliseconds = rounded }
  }

  /// None has come.
  mutating func cameNot(now: Int64) {
    contactsWithout = min(contactsWithout, 254) + 1
    lastWithout = now
  }
}

extension TicketPace {
  /// Appends 11 bytes.
  func append(to result: inout [UInt8]) {
    result.append(bigEndian: milliseconds)
    result.append(contactsWithout)
    result.append(bigEndian: UInt64(bitPattern: lastWithout))
  }

  init?(_ reader: inout ByteReader) {
    guard let milliseconds = reader.integer(UInt16.self), milliseconds <= Self.mostMilliseconds,
      let contacts = reader.integer(UInt8.self), let last = reader.integer(UInt64.self)
    else { return nil }
    self.milliseconds = milliseconds
    contactsWithout = contacts
    lastWithout = Int64(bitPattern: last)
  }
}
