internal import SessionTickets

/// Which group a server chooses for the key exchange under TLS 1.3.
///
/// By GnuTLS's name: its numbers of some groups are its own.
struct ServerGroup: Hashable {
  private static let longestName = 64

  /// Empty if none is known.
  private var name = ""
  /// It has chosen another one later, as servers behind one name may: a key share for one of them alone would cost a round
  /// trip with the others.
  private var varies = false

  /// The only one that it has ever chosen, or nil.
  var remembered: String? { varies || name.isEmpty ? nil : name }

  mutating func chose(_ name: String) {
    guard !name.isEmpty, name.utf8.count <= Self.longestName, !varies, name != self.name else { return }
    if self.name.isEmpty { self.name = name } else { self = .varying }
  }

  private static var varying: ServerGroup {
    var result = ServerGroup()
    result.varies = true
    return result
  }
}

extension ServerGroup {
  func append(to bytes: inout [UInt8]) {
    bytes.append(varies ? 1 : 0)
    bytes.append(text: name)
  }

  init?(_ reader: inout ByteReader) {
    guard let varies = reader.integer(UInt8.self), varies <= 1, let bytes = reader.field(UInt32.self),
      bytes.count <= Self.longestName, varies == 0 || bytes.isEmpty, let name = String(validating: bytes, as: UTF8.self)
    else { return nil }
    self.varies = varies == 1
    self.name = name
  }
}
