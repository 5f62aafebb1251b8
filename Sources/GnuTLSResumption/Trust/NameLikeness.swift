/// Whether GnuTLS may take two names in DER (RFC 5280, section 4.1.2.4) for the same one: it compares their bytes and, if
/// those differ, their texts, whichever types of strings these stand in.
///
/// It is asked of names that differ byte by byte, and says yes where it isn't sure.
enum NameLikeness {
  static func isPossible(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    var one = one
    var other = other
    // Parts whose lengths differ still correspond: so they aren't left, but gone through one after the other.
    while !one.isEmpty && !other.isEmpty {
      guard let first = Element(&one), let second = Element(&other) else { return true }
      guard first.isContainer == second.isContainer else { return false }
      if !first.isContainer && !first.mayRead(like: second) { return false }
    }
    return one.isEmpty == other.isEmpty
  }
}

/// A container's beginning, or a whole value.
private struct Element {
  private let tag: UInt8
  private let contents: ArraySlice<UInt8>

  var isContainer: Bool { tag == 0x30 || tag == 0x31 }

  private static let objectIdentifier: UInt8 = 0x06
  /// UTF8String, NumericString, PrintableString, TeletexString, IA5String and VisibleString, in which ASCII is ASCII.
  private static let texts: [UInt8] = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a]

  /// Takes it off the front.
  init?(_ rest: inout ArraySlice<UInt8>) {
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      length = 0
      guard (0x81...0x83).contains(first) else { return nil }
      for _ in 0x80..<first {
        guard let next = rest.popFirst() else { return nil }
        length = length << 8 | Int(next)
      }
    }
    guard length <= rest.count else { return nil }
    self.tag = tag
    contents = rest.prefix(length)
    if !isContainer { rest = rest.dropFirst(length) }
  }

  /// Of two values.
  func mayRead(like other: Element) -> Bool {
    if tag == Self.objectIdentifier && other.tag == tag { return true }
    guard Self.texts.contains(tag), Self.texts.contains(other.tag) else { return true }
    var others = other.contents
    for byte in contents where Self.isPlain(byte) {
      repeat {
        guard let next = others.popFirst() else { return false }
        if next == byte { break }
        if Self.isPlain(next) { return false }
      } while true
    }
    return !others.contains(where: Self.isPlain)
  }

  /// What stands for itself in any of them, and is never escaped.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
