internal import SessionTickets

/// What is remembered of a server apart from its tickets.
struct ServerNote: Hashable {
  var pace = TicketPace()
  var offers = OfferHistory()
  /// A TLS 1.2 session of this server has been resumed.
  var hasResumedTLS12 = false
  var group = ServerGroup()
  var farm = ServerFarm()
  /// How long its last handshake took, in milliseconds, where that is long enough to count: see ``noteHandshake(took:)``.
  private(set) var handshakeMilliseconds: UInt32 = 0
  /// No early data before that time, in seconds since 1970, as some have broken a handshake; 0 if none have. Negative: until
  /// that time some may have, and the next handshake without is to show.
  private(set) var earlyDataRest: Int64 = 0
  /// Likewise, of TCP Fast Open.
  private(set) var fastOpenRest: Int64 = 0
  /// For `forget` and `list`, as the digest can't be read backwards.
  var server: ServerIdentity

  init(server: ServerIdentity) { self.server = server }
}

extension ServerNote {
  private static let formatVersion: UInt8 = 5
  /// An offer is given a second in any case.
  static let leastAnswerMilliseconds = 1_000.0
  private static let factor = 3.0

  /// How long an offer may stay unanswered, in milliseconds.
  var answerMilliseconds: Double { max(Self.leastAnswerMilliseconds, Self.factor * Double(handshakeMilliseconds)) }

  /// Remembers a handshake's duration, in milliseconds. Short ones are all the same: not every connection should write.
  mutating func noteHandshake(took milliseconds: Double) {
    guard milliseconds * Self.factor > Self.leastAnswerMilliseconds else {
      handshakeMilliseconds = 0
      return
    }
    handshakeMilliseconds = UInt32(min(max(milliseconds, 0), 600_000))
  }

  private static let day: Int64 = 86_400
  private static let hour: Int64 = 3_600

  func mayBeSentEarlyData(now: Int64) -> Bool {
    if let until = endOfSuspicion { return Self.isOver(until, now, longest: Self.hour) }
    return Self.isOver(earlyDataRest, now, longest: Self.day)
  }

  func mayBeOpenedFast(now: Int64) -> Bool { Self.isOver(fastOpenRest, now, longest: Self.day) }

  private static func isOver(_ rest: Int64, _ now: Int64, longest: Int64) -> Bool {
    // A clock that was set back must not make it last longer.
    now >= rest || rest > now.addingClamped(longest)
  }

  private var endOfSuspicion: Int64? { earlyDataRest < 0 ? 0 &- earlyDataRest : nil }

  /// A handshake with early data was broken, and can't be made again.
  mutating func suspectEarlyData(now: Int64) { earlyDataRest = 0 &- max(1, now.addingClamped(Self.hour)) }

  /// A handshake without any has succeeded: it was the early data.
  mutating func workedWithoutEarlyData(now: Int64) {
    if endOfSuspicion != nil { noteEarlyDataFailed(now: now) }
  }

  /// A handshake without any was broken, too.
  mutating func failedWithoutEarlyData() {
    if endOfSuspicion != nil { earlyDataRest = 0 }
  }

  /// A handshake with early data has failed, and one without an offer hasn't.
  mutating func noteEarlyDataFailed(now: Int64) { earlyDataRest = now.addingClamped(Self.day) }

  /// A connection that was opened fast has failed, and an ordinary one hasn't.
  mutating func noteFastOpenFailed(now: Int64) { fastOpenRest = now.addingClamped(Self.day) }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(64 + server.name.utf8.count)
    result.append(Self.formatVersion)
    pace.append(to: &result)
    offers.append(to: &result)
    result.append(hasResumedTLS12 ? 1 : 0)
    group.append(to: &result)
    farm.append(to: &result)
    result.append(bigEndian: handshakeMilliseconds)
    result.append(bigEndian: UInt64(bitPattern: earlyDataRest))
    result.append(bigEndian: UInt64(bitPattern: fastOpenRest))
    result.append(text: server.name)
    result.append(bigEndian: server.port)
    return result
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard reader.integer(UInt8.self) == Self.formatVersion, let pace = TicketPace(&reader),
      let offers = OfferHistory(&reader), let tls12 = reader.integer(UInt8.self), tls12 <= 1,
      let group = ServerGroup(&reader), let farm = ServerFarm(&reader),
      let milliseconds = reader.integer(UInt32.self), let earlyDataRest = reader.integer(UInt64.self),
      let fastOpenRest = reader.integer(UInt64.self),
      let nameBytes = reader.field(UInt32.self), let name = String(validating: nameBytes, as: UTF8.self),
      let port = reader.integer(UInt16.self), reader.isAtEnd
    else { return nil }
    self.pace = pace
    self.offers = offers
    hasResumedTLS12 = tls12 == 1
    self.group = group
    self.farm = farm
    handshakeMilliseconds = milliseconds
    self.earlyDataRest = Int64(bitPattern: earlyDataRest)
    self.fastOpenRest = Int64(bitPattern: fastOpenRest)
    server = ServerIdentity(name: name, port: port)
    // Written in its normal form.
    guard server.name == name else { return nil }
  }
}
