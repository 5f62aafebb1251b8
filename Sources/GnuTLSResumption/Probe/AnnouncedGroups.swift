internal import SessionTickets

/// The groups that a server names in EncryptedExtensions, for later connections (RFC 8446, sections 4.2.7 and 4.3.1).
enum AnnouncedGroups {
  private static let supportedGroups: UInt16 = 10
  /// More are passed over: nobody has as many.
  private static let most = 64

  /// - Parameter message: Without its header.
  /// - Returns: None if there are none, or it is damaged.
  static func parse(_ message: [UInt8]) -> [UInt16] {
    var reader = ByteReader(message[...])
    guard let extensions = reader.field(UInt16.self) else { return [] }
    var list = ByteReader(extensions)
    while let type = list.integer(UInt16.self), let body = list.field(UInt16.self) {
      guard type == supportedGroups else { continue }
      var value = ByteReader(body)
      guard let numbers = value.field(UInt16.self) else { return [] }
      var groups: [UInt16] = []
      var rest = ByteReader(numbers)
      while groups.count < most, let number = rest.integer(UInt16.self) { groups.append(number) }
      return groups
    }
    return []
  }
}
