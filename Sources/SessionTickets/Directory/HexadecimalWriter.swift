/// Writes fixed-width fields of lower-case hexadecimal, one after the other, where there is room for them.
@safe
struct HexadecimalWriter {
  private let output: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(_ output: UnsafeMutableRawBufferPointer) { unsafe self.output = unsafe output }

  /// Writes eight digits.
  mutating func number(_ value: UInt32) {
    unsafe output.storeBytes(of: Hexadecimal.digits(of: value).bigEndian, toByteOffset: count, as: UInt64.self)
    count += 8
  }

  /// Sixteen digits.
  mutating func word(_ value: UInt64) {
    number(UInt32(truncatingIfNeeded: value >> 32))
    number(UInt32(truncatingIfNeeded: value))
  }

  /// A digest's 64 digits.
  mutating func digest(_ digest: Digest) {
    word(digest.words.0)
    word(digest.words.1)
    word(digest.words.2)
    word(digest.words.3)
  }

  mutating func character(_ character: UInt8) {
    unsafe output[count] = character
    count += 1
  }
}
