/// Reads fixed-width fields of lower-case hexadecimal, one after the other, and remembers whether all were good.
///
/// A listing is read through this, so it has to be quick: eight digits at a time.
@safe
struct HexadecimalReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private(set) var isValid = true

  private init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = unsafe bytes }

  /// Lends a reader of some bytes to a closure.
  static func read<Result>(
    _ digits: some Collection<UInt8>, _ body: (inout HexadecimalReader) -> Result?
  ) -> Result? {
    func lend(_ bytes: UnsafeRawBufferPointer) -> Result? {
      var reader = unsafe HexadecimalReader(bytes)
      return body(&reader)
    }
    if let result = digits.withContiguousStorageIfAvailable({ unsafe lend(UnsafeRawBufferPointer($0)) }) {
      return result
    }
    return unsafe Array(digits).withUnsafeBytes { unsafe lend($0) }
  }

  /// Reads eight digits. What it returns means something only if `isValid` stays true.
  @inline(__always)
  mutating func number() -> UInt32 {
    guard let characters = load(UInt64.self) else { return 0 }
    // Each byte by itself: bit 6 tells 0x61, an a, from 0x31, a 1.
    let letters = (characters >> 6) & 0x0101_0101_0101_0101
    let values = (characters & 0x0F0F_0F0F_0F0F_0F0F) &+ letters &* 9
    // Strictly: what is no digit doesn't give itself when it is written again.
    let areLarge = ((values &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    let written = values &+ 0x3030_3030_3030_3030 &+ areLarge &* 39
    isValid = isValid && values & 0xF0F0_F0F0_F0F0_F0F0 == 0 && written == characters
    let pairs = (values | values >> 4) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF
    return UInt32(truncatingIfNeeded: fours | fours >> 16)
  }

  /// Sixteen digits.
  @inline(__always)
  mutating func word() -> UInt64 {
    let high = number()
    return UInt64(high) << 32 | UInt64(number())
  }

  mutating func skip(_ separator: UInt8) { isValid = character() == separator && isValid }

  mutating func character() -> UInt8 { load(UInt8.self) ?? 0 }

  @inline(__always)
  private mutating func load<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) -> Integer? {
    let size = MemoryLayout<Integer>.size
    guard unsafe bytes.count - offset >= size else {
      isValid = false
      return nil
    }
    defer { offset += size }
    return Integer(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }
}
