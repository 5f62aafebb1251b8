/// What the session's own ClientHello says of tickets (RFC 8446, section 4.1.2): offered isn't sent, as GnuTLS leaves a
/// ticket out for reasons that have no getter.
struct SentClientHello: Hashable {
  /// A pre-shared key is offered: under TLS 1.3 that is the ticket.
  let offersTicket: Bool
  /// The first one offered; empty if there is none.
  let ticket: ArraySlice<UInt8>
  /// Tickets of TLS 1.3 may come: how they may be used stands there. `%NO_TICKETS` leaves it out.
  let acceptsTickets: Bool
  /// Early data are announced, and follow.
  let announcesEarlyData: Bool

  private static let preSharedKey: UInt16 = 41
  private static let earlyData: UInt16 = 42
  private static let supportedVersions: UInt16 = 43
  private static let pskKeyExchangeModes: UInt16 = 45

  /// Parses a message, without its header; nil if it is none.
  init?(_ message: [UInt8]) {
    var reader = ByteReader(message[...])
    guard reader.bytes(2 + 32) != nil,  // legacy_version, random
      reader.field(UInt8.self) != nil,  // legacy_session_id
      reader.field(UInt16.self) != nil,  // cipher_suites
      reader.field(UInt8.self) != nil  // legacy_compression_methods
    else { return nil }
    var (offersTicket, announcesEarlyData, namesVersions, namesModes) = (false, false, false, false)
    var ticket: ArraySlice<UInt8> = []
    if !reader.isAtEnd {
      guard let extensions = reader.field(UInt16.self) else { return nil }
      var list = ByteReader(extensions)
      while !list.isAtEnd {
        guard let type = list.integer(UInt16.self), let contents = list.field(UInt16.self) else { return nil }
        switch type {
        case Self.preSharedKey:
          offersTicket = true
          ticket = Self.firstIdentity(contents)
        case Self.earlyData: announcesEarlyData = true
        case Self.supportedVersions: namesVersions = true
        case Self.pskKeyExchangeModes: namesModes = true
        default: break
        }
      }
    }
    self.offersTicket = offersTicket
    self.ticket = ticket
    self.announcesEarlyData = announcesEarlyData
    acceptsTickets = namesModes || !namesVersions
  }

  /// RFC 8446, section 4.2.11.
  private static func firstIdentity(_ preSharedKey: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var reader = ByteReader(preSharedKey)
    guard let identities = reader.field(UInt16.self) else { return [] }
    var list = ByteReader(identities)
    return list.field(UInt16.self) ?? []
  }
}
