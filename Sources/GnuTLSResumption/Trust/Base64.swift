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
  static func prefix(of text: ArraySlice<UInt8>, atMost count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count + 2)
    let values = values
    var bits: UInt32 = 0
    var digits = 0
    for character in text {
      let value = values[Int(character)]
      if value == invalid { continue }
      bits = bits << 6 | UInt32(value)
      digits += 1
      guard digits == 4 else { continue }
      result.append(UInt8(truncatingIfNeeded: bits >> 16))
      result.append(UInt8(truncatingIfNeeded: bits >> 8))
      result.append(UInt8(truncatingIfNeeded: bits))
      if result.count >= count { break }
      bits = 0
      digits = 0
    }
    return result
  }
}
