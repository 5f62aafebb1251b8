/// The protocols that don't talk in text.
extension StartTLS {
  /// `SSLRequest`: its length, and a number that is no version. One byte answers.
  func askPostgres(_ server: PlainStream) throws(ConnectionError) {
    try server.send([0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F])
    let answer = try server.bytes(1)
    guard answer == [UInt8(ascii: "S")] else { throw refusal(server, answer) }
  }

  /// An `ExtendedRequest` of the name that stands for StartTLS, with the message id 1.
  func askLDAP(_ server: PlainStream) throws(ConnectionError) {
    let name = Array("1.3.6.1.4.1.1466.20037".utf8)
    let length = UInt8(truncatingIfNeeded: name.count)
    try server.send([0x30, length + 7, 0x02, 0x01, 0x01, 0x77, length + 2, 0x80, length] + name)
    var header = try server.bytes(2)
    guard header[0] == 0x30 else { throw refusal(server, []) }
    // A length of more than 127 stands in as many bytes as the first one says (X.690, section 8.1.3).
    var size = Int(header[1])
    if size > 0x80, size <= 0x84 {
      header = try server.bytes(size - 0x80)
      size = header.reduce(0) { $0 << 8 | Int($1) }
    }
    guard size < 4_096, size != 0x80 else { throw refusal(server, []) }
    var answer = BERReader(try server.bytes(size))
    // Only the result is of interest: matched name, message, referrals and the like may follow.
    guard answer.element(0x02) == [1], let response = answer.element(0x78) else { throw refusal(server, []) }
    var result = BERReader(response)
    guard let code = result.element(0x0A), code == [0] else {
      throw server.failure("doesn't begin TLS by ldap: it answers with result \(result.last?.first ?? 0)")
    }
  }
}

/// Reads elements one after the other (X.690, section 8.1).
private struct BERReader {
  private var rest: ArraySlice<UInt8>
  /// The contents of the last element, also of one that wasn't wanted.
  private(set) var last: [UInt8]?

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The contents of the next element; nil if that is another, or cut.
  mutating func element(_ tag: UInt8) -> [UInt8]? {
    guard let found = rest.popFirst(), var size = rest.popFirst().map({ Int($0) }) else { return nil }
    if size >= 0x80 {
      guard size > 0x80, size <= 0x84, rest.count >= size - 0x80 else { return nil }
      let length = rest.prefix(size - 0x80)
      rest = rest.dropFirst(size - 0x80)
      size = length.reduce(0) { $0 << 8 | Int($1) }
    }
    guard size <= rest.count else { return nil }
    last = Array(rest.prefix(size))
    rest = rest.dropFirst(size)
    return found == tag ? last : nil
  }
}
