/// What a server reads from a ClientHello before GnuTLS does (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2).
///
/// Whoever connects may have written it. What isn't well formed, or could be read in two ways, has no tickets: GnuTLS says
/// what becomes of the connection.
struct ReceivedClientHello: Hashable {
  /// So many offered tickets are looked at.
  static let maximumTickets = 8

  /// In lower case; nil if there is none.
  let serverName: String?
  /// The names of the keys of the tickets that are offered, in their order.
  let tickets: [TicketName]

  private static let serverNameType: UInt16 = 0
  private static let sessionTicket: UInt16 = 35
  private static let preSharedKey: UInt16 = 41

  /// Parses a message, without its header; nil if it is none.
  /// - Parameter isDatagram: It is one of DTLS, whatever it says itself.
  init?(_ message: [UInt8], isDatagram: Bool = false) {
    var reader = ByteReader(message[...])
    guard reader.bytes(2 + 32) != nil,  // legacy_version, random
      reader.field(UInt8.self) != nil,  // legacy_session_id
      !isDatagram || reader.field(UInt8.self) != nil,  // cookie (RFC 6347, section 4.2.1)
      reader.field(UInt16.self) != nil,  // cipher_suites
      reader.field(UInt8.self) != nil  // legacy_compression_methods
    else { return nil }
    var name: ArraySlice<UInt8>?
    var ticket: ArraySlice<UInt8>?
    var identities: ArraySlice<UInt8>?
    if !reader.isAtEnd {
      guard let extensions = reader.field(UInt16.self), reader.isAtEnd else { return nil }
      var list = ByteReader(extensions)
      while !list.isAtEnd {
        guard let type = list.integer(UInt16.self), let body = list.field(UInt16.self) else { return nil }
        switch type {
        case Self.serverNameType:
          guard name == nil, let found = Self.name(in: body) else { return nil }
          name = found
        case Self.sessionTicket:
          guard ticket == nil else { return nil }
          ticket = body
        case Self.preSharedKey:
          guard identities == nil else { return nil }
          identities = body
        default: break
        }
      }
    }
    var tickets: [TicketName] = []
    if let identities {
      guard Self.readIdentities(identities, into: &tickets) else { return nil }
    }
    if let name = ticket.flatMap({ TicketName(ofTicket: $0) }) { tickets.append(name) }
    self.tickets = tickets
    serverName = name.map { String(decoding: $0.map(Self.lowerCase), as: UTF8.self) }
  }

  /// The one name in a list of names, of the characters that GnuTLS lets pass.
  private static func name(in body: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var reader = ByteReader(body)
    guard let names = reader.field(UInt16.self), reader.isAtEnd else { return nil }
    var list = ByteReader(names)
    guard list.integer(UInt8.self) == 0, let name = list.field(UInt16.self), list.isAtEnd, !name.isEmpty,
      name.allSatisfy(isOfNames)
    else { return nil }
    return name
  }

  private static func isOfNames(_ byte: UInt8) -> Bool {
    switch lowerCase(byte) {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func lowerCase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// Reads the names of tickets from offered pre-shared keys (RFC 8446, section 4.2.11). Returns false if they are none.
  private static func readIdentities(_ body: ArraySlice<UInt8>, into tickets: inout [TicketName]) -> Bool {
    var reader = ByteReader(body)
    guard let identities = reader.field(UInt16.self) else { return false }
    var list = ByteReader(identities)
    while !list.isAtEnd, tickets.count < maximumTickets {
      guard let identity = list.field(UInt16.self), list.integer(UInt32.self) != nil else { return false }
      if let name = TicketName(ofTicket: identity) { tickets.append(name) }
    }
    return true
  }
}
