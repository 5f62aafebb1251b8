internal import SessionTickets

/// Reads length-prefixed fields, most significant byte first. Every read is checked; nothing traps.
struct ByteReader {
  private let all: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    all = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == all.endIndex }

  /// An unsigned or signed integer of fixed width, or nil at the end.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer? {
    let size = Integer.bitWidth / 8
    guard all.endIndex - position >= size else { return nil }
    var value: Integer = 0
    for index in position..<(position + size) { value = value << 8 | Integer(truncatingIfNeeded: all[index]) }
    position += size
    return value
  }

  /// That many bytes, or nil if there are fewer.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= all.endIndex - position else { return nil }
    defer { position += count }
    return all[position..<(position + count)]
  }

  /// A field behind its length, which is an integer of the given type.
  mutating func field<Length: FixedWidthInteger>(_ length: Length.Type) -> ArraySlice<UInt8>? {
    guard let count = integer(length).flatMap({ Int(exactly: $0) }), count >= 0 else { return nil }
    return bytes(count)
  }
}

extension [UInt8] {
  /// Appends a field behind its length in 32 bits.
  package mutating func append(field: some Collection<UInt8>) {
    append(bigEndian: UInt32(truncatingIfNeeded: field.count))
    append(contentsOf: field)
  }

  /// Appends a text's UTF-8 behind its length in 32 bits.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { utf8 in
      append(bigEndian: UInt32(truncatingIfNeeded: utf8.count))
      unsafe append(contentsOf: UnsafeRawBufferPointer(utf8))
    }
  }

  /// Appends what the closure appends, behind its length in 32 bits.
  mutating func appendField(_ body: (inout [UInt8]) -> Void) {
    let start = count
    append(bigEndian: UInt32(0))
    body(&self)
    let length = UInt32(truncatingIfNeeded: count - start - 4)
    for index in 0..<4 { self[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
  }
}
