internal import SessionTickets

/// What offers to a server have taught: whether the next connection may make one.
///
/// A middlebox that swallows ClientHellos with tickets, or a server that ends resumed connections, would break every
/// second connection for ever. So offers rest once one was to blame: an hour, then a day, then a week, until one has
/// worked. Who can't connect again only suspects at first: the next connection goes without, and shows whether it was
/// the offer.
struct OfferHistory: Hashable {
  /// How far a connection came that its offer may have broken.
  enum Point: UInt8 {
    /// The handshake has failed, or was never answered.
    case handshake = 1
    /// The connection has ended before the first byte of data.
    case data = 2
  }

  enum State: Hashable {
    case free
    /// The next connection goes without, and is to show. If none does, that ends by itself: in seconds since 1970.
    case suspected(Point, until: Int64)
    /// Nothing is offered before that time, in seconds since 1970.
    case resting(until: Int64)
  }

  private(set) var state = State.free
  /// How many rests there were since an offer has worked.
  private(set) var rests: UInt8 = 0
  /// A handshake with an offer was refused since one has worked, and the same without was not. Once may be a single
  /// session's fault, such as one whose cipher is not allowed any more.
  private(set) var wasRefused = false
  /// Connections to this server end without any data from it: that one did says nothing.
  private(set) var isSilent = false

  private static let durations: [Int64] = [hour, 24 * hour, 7 * 24 * hour]

  private static let hour: Int64 = 3_600

  /// After that time a rest is forgotten: a server that never sends data shows no offer that has worked.
  private static let memory: Int64 = 28 * 24 * hour

  private static func duration(_ rests: UInt8) -> Int64 { durations[min(Int(rests), durations.count) - 1] }

  func mayOffer(now: Int64) -> Bool {
    switch state {
    case .free: true
    case .suspected(_, let until): Self.hasEnded(until, now, Self.hour)
    case .resting(let until): rests == 0 || Self.hasEnded(until, now, Self.duration(rests))
    }
  }

  /// A clock that was set back must not make anything last longer.
  private static func hasEnded(_ until: Int64, _ now: Int64, _ duration: Int64) -> Bool {
    now >= until || until > now.addingReportingOverflow(duration).partialValue
  }

  /// A resumption has worked.
  mutating func worked() {
    state = .free
    rests = 0
    wasRefused = false
  }

  /// It was the offer: the same without one has worked.
  mutating func rest(now: Int64) {
    forget(now: now)
    rests = min(rests, UInt8(Self.durations.count - 1)) + 1
    state = .resting(until: now.addingReportingOverflow(Self.duration(rests)).partialValue)
  }

  /// The server has refused a handshake with an offer, and made one without.
  mutating func refused(now: Int64) {
    if wasRefused { return rest(now: now) }
    wasRefused = true
  }

  /// A connection with an offer was broken, and can't be made again.
  mutating func suspect(_ point: Point, now: Int64) {
    forget(now: now)
    state = .suspected(point, until: now.addingReportingOverflow(Self.hour).partialValue)
  }

  /// A connection without an offer came to a point.
  mutating func workedWithoutOffer(_ point: Point, now: Int64) {
    if point == .data { isSilent = false }
    if case .suspected(point, _) = state { rest(now: now) }
  }

  /// A connection without an offer was broken too: it wasn't the offer.
  mutating func failedWithoutOffer(_ point: Point) {
    if point == .data { isSilent = true }
    // Since when it wasn't known better, if there were rests.
    if case .suspected(_, let until) = state {
      state = rests == 0 ? .free : .resting(until: until.subtractingReportingOverflow(Self.hour).partialValue)
    }
  }

  /// Rests that have ended long ago don't make the next one longer.
  private mutating func forget(now: Int64) {
    switch state {
    case .free: break
    case .suspected(_, let until), .resting(let until):
      if now > until.addingReportingOverflow(Self.memory).partialValue { rests = 0 }
    }
  }
}

extension OfferHistory {
  /// Appends 11 bytes.
  func append(to result: inout [UInt8]) {
    let (kind, until): (UInt8, Int64) =
      switch state {
      case .free: (0, 0)
      case .suspected(let point, let until): (point.rawValue, until)
      case .resting(let until): (3, until)
      }
    result.append(kind)
    result.append(rests)
    result.append((wasRefused ? 1 : 0) | (isSilent ? 2 : 0))
    result.append(bigEndian: UInt64(bitPattern: until))
  }

  init?(_ reader: inout ByteReader) {
    guard let kind = reader.integer(UInt8.self), let rests = reader.integer(UInt8.self),
      let flags = reader.integer(UInt8.self), flags <= 3, let until = reader.integer(UInt64.self)
    else { return nil }
    switch kind {
    case 0:
      guard until == 0 else { return nil }
      state = .free
    case 3: state = .resting(until: Int64(bitPattern: until))
    default:
      guard let point = Point(rawValue: kind) else { return nil }
      state = .suspected(point, until: Int64(bitPattern: until))
    }
    self.rests = rests
    wasRefused = flags & 1 != 0
    isSilent = flags & 2 != 0
  }
}
