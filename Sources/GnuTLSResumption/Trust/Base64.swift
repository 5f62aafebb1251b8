/// Decodes the beginning of base64 (RFC 4648, section 4), for which GnuTLS has no function: it decodes all or nothing.
enum Base64 {
  private static let invalid: UInt8 = 0xff

  /// The value of each character; of white space and others, `invalid`.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: invalid, count: 256)
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, digit) in digits.utf8.enumerated() { table[Int(digit)] = UInt8(value) }
    return table
  }()

  /// Decodes until so many bytes have come, or the text ends. What is no digit is skipped.
  static func prefix(of text: UnsafeRawBufferPointer, atMost count: Int) -> [UInt8] {
    let groups = min((count + 2) / 3, text.count / 4)
    return unsafe [UInt8](unsafeUninitializedCapacity: groups * 3) { output, filled in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe filled = decode(text, into: output, values)
      }
    }
  }

  /// The same, of text in an array.
  static func prefix(of text: [UInt8], atMost count: Int) -> [UInt8] {
    unsafe text.withUnsafeBytes { unsafe prefix(of: $0, atMost: count) }
  }

  /// Fills the output, whose size is a multiple of three, as far as the text goes. Returns how many bytes it wrote.
  private static func decode(
    _ text: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>,
    _ values: UnsafeBufferPointer<UInt8>
  ) -> Int {
    var written = 0
    var position = 0
    while written < output.count {
      var bits: UInt32 = 0
      // Four digits in a row, as nearly all are.
      if text.count - position >= 4 {
        let (first, second) = unsafe (values[Int(text[position])], values[Int(text[position + 1])])
        let (third, fourth) = unsafe (values[Int(text[position + 2])], values[Int(text[position + 3])])
        bits = UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6 | UInt32(fourth)
        position += 4
        if (first | second | third | fourth) & 0x80 != 0 {
          position -= 4
          guard unsafe collect(&bits, text, &position, values) else { return written }
        }
      } else {
        guard unsafe collect(&bits, text, &position, values) else { return written }
      }
      unsafe output[written] = UInt8(truncatingIfNeeded: bits >> 16)
      unsafe output[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
      unsafe output[written + 2] = UInt8(truncatingIfNeeded: bits)
      written += 3
    }
    return written
  }

  /// Collects four digits, skipping what is none. Returns false if the text ends before.
  private static func collect(
    _ bits: inout UInt32, _ text: UnsafeRawBufferPointer, _ position: inout Int,
    _ values: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    bits = 0
    var digits = 0
    while digits < 4 {
      guard position < text.count else { return false }
      let value = unsafe values[Int(text[position])]
      position += 1
      if value == invalid { continue }
      bits = bits << 6 | UInt32(value)
      digits += 1
    }
    return true
  }
}
