internal import SessionTickets

/// What the engine reads from the body of a NewSessionTicket message.
///
/// GnuTLS keeps the lifetime of a TLS 1.3 ticket to itself and forgets its early-data limit, so both are taken from
/// the message, which the handshake hook sees before GnuTLS does.
struct NewSessionTicket: Hashable {
  /// Seconds. Under TLS 1.3, 0 means: discard at once (RFC 8446, section 4.6.1); under TLS 1.2: unspecified
  /// (RFC 5077, section 5.6).
  let lifetime: UInt32
  /// Bytes of early data that the server takes with this ticket; 0 if none (RFC 8446, section 4.2.10).
  let earlyDataLimit: UInt32
  private let ticket: [UInt8]

  /// In bytes.
  var size: Int { ticket.count }

  /// What tells the ticket from others.
  var digest: Digest? { SHA256.digest(ticket) }

  func isSameTicket(as other: NewSessionTicket) -> Bool { ticket == other.ticket }

  /// Parses a TLS 1.3 message (RFC 8446, section 4.6.1), or returns nil if it is not one.
  init?(parsing message: [UInt8]) {
    var reader = ByteReader(message[...])
    guard let lifetime = reader.integer(UInt32.self),
      reader.integer(UInt32.self) != nil,  // ticket_age_add
      reader.field(UInt8.self) != nil,  // ticket_nonce
      let ticket = reader.field(UInt16.self), !ticket.isEmpty,
      let extensions = reader.field(UInt16.self), reader.isAtEnd
    else { return nil }
    var limit: UInt32 = 0
    var list = ByteReader(extensions)
    while !list.isAtEnd {
      guard let type = list.integer(UInt16.self), let body = list.field(UInt16.self) else { return nil }
      guard type == Self.earlyData else { continue }
      var value = ByteReader(body)
      guard let size = value.integer(UInt32.self), value.isAtEnd else { return nil }
      limit = size
    }
    self.lifetime = lifetime
    earlyDataLimit = limit
    self.ticket = Array(ticket)
  }

  /// Parses a TLS 1.2 message (RFC 5077, section 3.3), or returns nil if it is not one.
  init?(parsingTLS12 message: [UInt8]) {
    var reader = ByteReader(message[...])
    guard let lifetime = reader.integer(UInt32.self), let ticket = reader.field(UInt16.self), reader.isAtEnd else {
      return nil
    }
    self.lifetime = lifetime
    earlyDataLimit = 0
    self.ticket = Array(ticket)
  }

  private static let earlyData: UInt16 = 42
}
