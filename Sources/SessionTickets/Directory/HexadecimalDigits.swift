extension [UInt8] {
  /// Appends a number's eight digits.
  mutating func append(hexadecimal value: UInt32) { append(bigEndian: Hexadecimal.digits(of: value)) }

  /// Appends a number's sixteen digits.
  mutating func append(hexadecimal value: UInt64) {
    append(hexadecimal: UInt32(truncatingIfNeeded: value >> 32))
    append(hexadecimal: UInt32(truncatingIfNeeded: value))
  }
}
