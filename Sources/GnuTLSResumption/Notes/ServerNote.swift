internal import SessionTickets

/// What is remembered of a server apart from its tickets.
struct ServerNote: Hashable {
  var pace = TicketPace()
  var offers = OfferHistory()
  /// A TLS 1.2 session of this server has been resumed.
  var hasResumedTLS12 = false
  var group = ServerGroup()
  /// How long its last handshake took, in milliseconds, where that is long enough to count: see ``noteHandshake(took:)``.
  private(set) var handshakeMilliseconds: UInt32 = 0
  /// For `forget` and `list`, as the digest can't be read backwards.
  var server: ServerIdentity

  init(server: ServerIdentity) { self.server = server }
}

extension ServerNote {
  private static let formatVersion: UInt8 = 3
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

  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(64 + server.name.utf8.count)
    result.append(Self.formatVersion)
    pace.append(to: &result)
    offers.append(to: &result)
    result.append(hasResumedTLS12 ? 1 : 0)
    group.append(to: &result)
    result.append(bigEndian: handshakeMilliseconds)
    result.append(text: server.name)
    result.append(bigEndian: server.port)
    return result
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard reader.integer(UInt8.self) == Self.formatVersion, let pace = TicketPace(&reader),
      let offers = OfferHistory(&reader), let tls12 = reader.integer(UInt8.self), tls12 <= 1,
      let group = ServerGroup(&reader),
      let milliseconds = reader.integer(UInt32.self),
      let nameBytes = reader.field(UInt32.self), let name = String(validating: nameBytes, as: UTF8.self),
      let port = reader.integer(UInt16.self), reader.isAtEnd
    else { return nil }
    self.pace = pace
    self.offers = offers
    hasResumedTLS12 = tls12 == 1
    self.group = group
    handshakeMilliseconds = milliseconds
    server = ServerIdentity(name: name, port: port)
    // Written in its normal form.
    guard server.name == name else { return nil }
  }
}
