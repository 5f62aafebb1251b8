internal import SessionTickets

/// Reads length-prefixed fields, most significant byte first. Every read is checked; nothing traps.
struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// An unsigned or signed integer of fixed width, or nil at the end.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer? {
    guard let bytes = bytes(Integer.bitWidth / 8) else { return nil }
    return bytes.reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
  }

  /// That many bytes, or nil if there are fewer.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// A field behind its length, which is an integer of the given type.
  mutating func field<Length: FixedWidthInteger>(_ length: Length.Type) -> ArraySlice<UInt8>? {
    guard let count = integer(length) else { return nil }
    return bytes(Int(count))
  }
}

extension [UInt8] {
  /// Appends a field behind its length in 32 bits.
  mutating func append(field: some Collection<UInt8>) {
    append(bigEndian: UInt32(field.count))
    append(contentsOf: field)
  }
}
