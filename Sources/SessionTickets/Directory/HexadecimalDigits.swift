extension [UInt8] {
  /// Appends a number's eight digits.
  mutating func append(hexadecimal value: UInt32) { append(bigEndian: Hexadecimal.digits(of: value)) }

  /// Appends a number's sixteen digits.
  mutating func append(hexadecimal value: UInt64) {
    append(hexadecimal: UInt32(truncatingIfNeeded: value >> 32))
    append(hexadecimal: UInt32(truncatingIfNeeded: value))
  }

  /// Appends a digest's 64 digits.
  mutating func append(hexadecimal digest: Digest) {
    append(hexadecimal: digest.words.0)
    append(hexadecimal: digest.words.1)
    append(hexadecimal: digest.words.2)
    append(hexadecimal: digest.words.3)
  }
}
