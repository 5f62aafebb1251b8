/// The random 128-bit name of one sealed record. Every sealing draws a new one.
public struct RecordID: Hashable, Sendable {
  /// The id's length in bytes.
  public static let byteCount = 16

  let value: UInt128

  /// Makes an id from its 16 bytes, or returns nil if there are more or fewer.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let value = UInt128(bigEndian: bytes) else { return nil }
    self.value = value
  }

  init(value: UInt128) { self.value = value }

  /// The 16 bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(self)
    return bytes
  }

  /// Writes the 16 bytes, as far as there is room.
  package func copyBytes(to buffer: UnsafeMutableBufferPointer<UInt8>) {
    for index in 0..<Swift.min(Self.byteCount, buffer.count) {
      unsafe buffer[index] = UInt8(truncatingIfNeeded: value >> UInt128(8 * (Self.byteCount - 1 - index)))
    }
  }

  /// The 32 lower-case hexadecimal digits, in ASCII.
  public var hexadecimal: [UInt8] { Hexadecimal.encode(bytes) }
}

extension [UInt8] {
  /// Appends an id's 16 bytes.
  package mutating func append(_ id: RecordID) { append(bigEndian: id.value) }
}

extension RecordID: CustomStringConvertible {
  public var description: String { String(decoding: hexadecimal, as: UTF8.self) }
}
