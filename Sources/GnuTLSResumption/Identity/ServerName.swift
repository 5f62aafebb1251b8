internal import CGnuTLS
internal import Glibc

/// A server's name in its one normal form: whoever writes the same server in another way means the same tickets.
///
/// Of a name: ASCII in lower case, other letters as A-labels (RFC 5890, section 2.3.2.1), no dot at the end. Of an address:
/// as RFC 5952 writes IPv6, with its zone (RFC 4007, section 11) if it has one, and IPv4 with all four numbers, which
/// `inet_aton` reads from fewer. What can't be brought into it stays as it is: it may be somebody's name all the same.
struct ServerName: Hashable, Sendable {
  /// The normal form: what tickets are filed under.
  let text: String
  /// Without the zone, which is a matter of this machine's.
  let forVerification: String
  private let isAddress: Bool

  init(_ given: String) {
    let isPlain = !given.isEmpty && given.utf8.last != UInt8(ascii: ".") && given.utf8.allSatisfy(Self.isPlain)
    if isPlain {
      // Whoever resolves it reads an address from it.
      let address = Self.fullIPv4(given)
      self.init(text: address ?? given, forVerification: address ?? given, isAddress: address != nil)
    } else if let address = Self.address(given) {
      self = address
    } else if let name = Self.name(given) {
      let address = Self.fullIPv4(name)
      self.init(text: address ?? name, forVerification: address ?? name, isAddress: address != nil)
    } else {
      self.init(text: given, forVerification: given, isAddress: false)
    }
  }

  private init(text: String, forVerification: String, isAddress: Bool) {
    self.text = text
    self.forVerification = forVerification
    self.isAddress = isAddress
  }

  /// What to look up.
  var forResolution: String { text }

  /// What to ask the server for; nil for addresses, which SNI has no place for (RFC 6066, section 3).
  var forSNI: String? { isAddress || text.isEmpty ? nil : text }

  /// What would be cut off behind a NUL, and be another name.
  var isCut: Bool { text.utf8.contains(0) }
}

extension ServerName {
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isUpperCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  /// As nearly all names are written, so that nothing is to be done.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || isDigit(byte) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  /// Nil if it can't be a name: with nothing between two dots, or what only addresses have.
  private static func name(_ given: String) -> String? {
    guard !given.utf8.contains(0) else { return nil }
    let isASCII = given.utf8.allSatisfy { $0 < 0x80 }
    guard var name = isASCII ? Array(given.utf8) : labels(given) else { return nil }
    for index in name.indices where isUpperCase(name[index]) { name[index] |= 0x20 }
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    guard let last = name.last, last != UInt8(ascii: "."), !name.contains(UInt8(ascii: ":")) else { return nil }
    return String(validating: name, as: UTF8.self)
  }

  private static func labels(_ given: String) -> [UInt8]? {
    let bytes = Array(given.utf8)
    var mapped = unsafe gnutls_datum_t()
    let code = unsafe bytes.withDatum { given in
      unsafe given.withMemoryRebound(to: gnutls_datum_t.self, capacity: 1) { given in
        unsafe given.pointee.data.withMemoryRebound(to: CChar.self, capacity: Int(given.pointee.size)) {
          unsafe gnutls_idna_map($0, given.pointee.size, &mapped, 0)
        }
      }
    }
    guard code == 0 else { return nil }
    defer { unsafe cgnutls_free(mapped.data) }
    return unsafe Array(UnsafeRawBufferPointer(start: mapped.data, count: Int(mapped.size)))
  }

  /// Nil if it is no IPv6 address, in brackets or without.
  private static func address(_ given: String) -> ServerName? {
    // By bytes: what people see as one character may be several.
    var address = given.utf8[...]
    if address.first == UInt8(ascii: "["), address.last == UInt8(ascii: "]"), address.count > 1 {
      address = address.dropFirst().dropLast()
    }
    guard address.contains(UInt8(ascii: ":")), !address.contains(0) else { return nil }
    let zone = address[(address.firstIndex(of: UInt8(ascii: "%")) ?? address.endIndex)...]
    guard zone.count != 1, let six = normalIPv6(String(decoding: address.dropLast(zone.count), as: UTF8.self)) else {
      return nil
    }
    return ServerName(
      text: six + String(decoding: zone, as: UTF8.self), forVerification: six, isAddress: true)
  }

  private static func normalIPv6(_ given: String) -> String? {
    var address = in6_addr()
    guard unsafe given.withCString({ unsafe inet_pton(AF_INET6, $0, &address) }) == 1 else { return nil }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      unsafe inet_ntop(AF_INET6, &address, text.baseAddress, socklen_t(INET6_ADDRSTRLEN)).map {
        unsafe String(cString: $0)
      }
    }
  }

  /// Nil if it is no IPv4 address in one of the ways that `inet_aton` reads.
  private static func fullIPv4(_ name: String) -> String? {
    // That function would take what follows behind a space.
    guard name.utf8.first.map(isDigit) == true, name.utf8.allSatisfy(isPlain) else { return nil }
    var address = in_addr()
    guard unsafe name.withCString({ unsafe inet_aton($0, &address) }) != 0 else { return nil }
    let number = UInt32(bigEndian: address.s_addr)
    return "\(number >> 24).\(number >> 16 & 0xff).\(number >> 8 & 0xff).\(number & 0xff)"
  }
}
