/// Reads fixed-width fields of lower-case hexadecimal, one after the other, and remembers whether all were good.
///
/// A listing is read through this, so it has to be quick.
struct HexadecimalReader<Iterator: IteratorProtocol<UInt8>> {
  private var iterator: Iterator
  private(set) var isValid = true

  init<Digits: Sequence<UInt8>>(_ digits: Digits) where Digits.Iterator == Iterator {
    iterator = digits.makeIterator()
  }

  /// Reads that many digits, 16 at most. What it returns means something only if `isValid` stays true.
  mutating func number(digits: Int) -> UInt64 {
    var value: UInt64 = 0
    var areDigits = true
    for _ in 0..<digits {
      let character = iterator.next() ?? 0
      // Digits of digests are random, so a branch on them would be guessed wrong half of the time. Bit 6 tells 0x61,
      // an a, from 0x31, a 1.
      let isDecimal = character &- UInt8(ascii: "0") < 10
      let isLetter = character &- UInt8(ascii: "a") < 6
      areDigits = areDigits && (isDecimal != isLetter)
      value = value << 4 | UInt64(character & 15 &+ (character >> 6) &* 9)
    }
    isValid = isValid && areDigits
    return value
  }

  mutating func word() -> UInt64 { number(digits: 16) }

  mutating func skip(_ separator: UInt8) { isValid = character() == separator && isValid }

  mutating func character() -> UInt8 { iterator.next() ?? 0 }
}

extension [UInt8] {
  /// Appends a number's digits, as many as fill its type.
  mutating func append<Number: FixedWidthInteger & UnsignedInteger>(hexadecimal value: Number) {
    for shift in stride(from: Number.bitWidth - 4, through: 0, by: -4) {
      append(Hexadecimal.digit(UInt8(truncatingIfNeeded: value >> Number(shift)) & 15))
    }
  }
}
