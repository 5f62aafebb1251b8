/// The names in a certificate, as they stand in its DER (RFC 5280, section 4.1): GnuTLS looks them up by
/// their bytes.
struct CertificateNames {
  let issuer: ArraySlice<UInt8>
  let subject: ArraySlice<UInt8>

  private static let sequence: UInt8 = 0x30
  private static let integer: UInt8 = 0x02
  private static let version: UInt8 = 0xa0

  /// - Parameter der: The certificate, or its beginning.
  /// - Returns: Nil if that is not how a certificate begins, or ends too early.
  init?(_ der: [UInt8]) {
    var reader = DERReader(der[...])
    guard reader.enter(Self.sequence), reader.enter(Self.sequence) else { return nil }
    if reader.nextTag == Self.version { _ = reader.element(Self.version) }
    guard reader.element(Self.integer) != nil, reader.element(Self.sequence) != nil,
      let issuer = reader.element(Self.sequence), reader.element(Self.sequence) != nil,
      let subject = reader.element(Self.sequence)
    else { return nil }
    self.issuer = issuer
    self.subject = subject
  }
}

/// Reads DER elements one after the other. Every read is checked; nothing traps.
private struct DERReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var nextTag: UInt8? { rest.first }

  /// Goes on inside an element, whose end need not be there.
  mutating func enter(_ tag: UInt8) -> Bool {
    guard let (header, _) = header(tag) else { return false }
    rest = rest.dropFirst(header)
    return true
  }

  /// A whole element, with its tag and length.
  mutating func element(_ tag: UInt8) -> ArraySlice<UInt8>? {
    guard let (header, length) = header(tag), length <= rest.count - header else { return nil }
    defer { rest = rest.dropFirst(header + length) }
    return rest.prefix(header + length)
  }

  /// The lengths of the next element's header and contents, in bytes.
  private func header(_ tag: UInt8) -> (Int, Int)? {
    let start = rest.startIndex
    guard rest.count >= 2, rest[start] == tag else { return nil }
    let first = Int(rest[start + 1])
    guard first >= 0x80 else { return (2, first) }
    let count = first - 0x80
    guard (1...3).contains(count), rest.count >= 2 + count else { return nil }
    return (2 + count, rest[(start + 2)..<(start + 2 + count)].reduce(0) { $0 << 8 | Int($1) })
  }
}
