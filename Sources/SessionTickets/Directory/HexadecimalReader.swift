/// Reads fixed-width fields of lower-case hexadecimal, one after the other, and remembers whether all were good.
struct HexadecimalReader<Iterator: IteratorProtocol<UInt8>> {
  private var iterator: Iterator
  private(set) var isValid = true

  init<Digits: Sequence<UInt8>>(_ digits: Digits) where Digits.Iterator == Iterator {
    iterator = digits.makeIterator()
  }

  /// Reads a number that fills its type, or so many digits of it.
  mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type, digits: Int = Number.bitWidth / 4
  ) -> Number {
    var value: Number = 0
    for _ in 0..<digits {
      guard let character = iterator.next(), let digit = Hexadecimal.value(of: character) else {
        isValid = false
        return 0
      }
      value = value << 4 | Number(digit)
    }
    return value
  }

  mutating func word() -> UInt64 { number(UInt64.self) }

  mutating func skip(_ separator: UInt8) {
    if iterator.next() != separator { isValid = false }
  }

  mutating func character() -> UInt8 {
    if let character = iterator.next() { return character }
    isValid = false
    return 0
  }
}

extension [UInt8] {
  /// Appends a number's digits, as many as fill its type.
  mutating func append<Number: FixedWidthInteger & UnsignedInteger>(hexadecimal value: Number) {
    for shift in stride(from: Number.bitWidth - 4, through: 0, by: -4) {
      append(Hexadecimal.digit(UInt8(truncatingIfNeeded: value >> Number(shift)) & 15))
    }
  }
}
