internal import SessionTickets

/// What is remembered of a server apart from its tickets.
struct ServerNote: Hashable {
  /// Contacts under TLS 1.3, one after the other, that ended without a ticket.
  var contactsWithoutTickets: UInt8 = 0
  /// When the last of them was, in seconds since 1970.
  var lastContactWithoutTickets: Int64 = 0
  /// A TLS 1.2 session of this server has been resumed.
  var hasResumedTLS12 = false
  /// GnuTLS's number of the key exchange's group that the server chose last; 0 if unknown.
  var group: UInt32 = 0
  /// For `forget` and `list`, as the digest can't be read backwards.
  var server: ServerIdentity
}

extension ServerNote {
  private static let formatVersion: UInt8 = 1
  private static let day: Int64 = 24 * 3600

  /// Whether waiting for tickets on close has been in vain lately: twice in a row, and the last time within a day.
  func expectsNoTickets(now: Int64) -> Bool {
    contactsWithoutTickets >= 2 && lastContactWithoutTickets <= now && now - lastContactWithoutTickets < Self.day
  }

  mutating func addContact(tickets: Int, now: Int64) {
    guard tickets == 0 else {
      contactsWithoutTickets = 0
      lastContactWithoutTickets = 0
      return
    }
    contactsWithoutTickets = min(contactsWithoutTickets, 254) + 1
    lastContactWithoutTickets = now
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32 + server.name.utf8.count)
    result.append(Self.formatVersion)
    result.append(contactsWithoutTickets)
    result.append(bigEndian: UInt64(bitPattern: lastContactWithoutTickets))
    result.append(hasResumedTLS12 ? 1 : 0)
    result.append(bigEndian: group)
    result.append(text: server.name)
    result.append(bigEndian: server.port)
    return result
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard reader.integer(UInt8.self) == Self.formatVersion, let contacts = reader.integer(UInt8.self),
      let last = reader.integer(UInt64.self), let tls12 = reader.integer(UInt8.self), tls12 <= 1,
      let group = reader.integer(UInt32.self), let nameBytes = reader.field(UInt32.self),
      let name = String(validating: nameBytes, as: UTF8.self), let port = reader.integer(UInt16.self), reader.isAtEnd
    else { return nil }
    contactsWithoutTickets = contacts
    lastContactWithoutTickets = Int64(bitPattern: last)
    hasResumedTLS12 = tls12 == 1
    self.group = group
    server = ServerIdentity(name: name, port: port)
  }
}
