/// Reads big-endian fields off the front of bytes that may be damaged: every read checks the length first.
struct ByteReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(bytes) }

  var isEmpty: Bool { rest.isEmpty }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Reads an unsigned integer of 1 to 4 bytes.
  mutating func integer(_ width: Int) -> UInt32? {
    bytes(width)?.reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func uint16() -> UInt16? { integer(2).map { UInt16(truncatingIfNeeded: $0) } }

  /// Reads a vector with its length in front, as RFC 8446 §3.4 writes them.
  mutating func vector(lengthWidth: Int) -> ByteReader? {
    guard let count = integer(lengthWidth), let content = bytes(Int(count)) else { return nil }
    return ByteReader(content)
  }

  /// Reads 16-bit integers to the end; nil if half of one is left.
  mutating func uint16List() -> [UInt16]? {
    var list: [UInt16] = []
    while !isEmpty {
      guard let value = uint16() else { return nil }
      list.append(value)
    }
    return list
  }
}
