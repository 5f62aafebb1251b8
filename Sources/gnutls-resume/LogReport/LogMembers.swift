/// The members of a line that is JSON, one after another, each of a name that is expected there.
struct LogMembers {
  /// Behind the object's brace, or the last member's comma.
  private var place = 1

  /// A string; nil where none of that name comes next.
  mutating func string(_ name: StaticString, in bytes: Span<UInt8>) -> LogText? {
    guard let start = value(of: name, in: bytes), start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
      return nil
    }
    var end = start + 1
    var isEscaped = false
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      if bytes[end] == UInt8(ascii: "\\") { (end, isEscaped) = (end + 1, true) }
      end += 1
    }
    guard end < bytes.count else { return nil }
    place = end + 1
    skipComma(in: bytes)
    return LogText(place: start + 1..<end, isEscaped: isEscaped)
  }

  /// A string or null, which is an empty text; nil where neither of that name comes next.
  mutating func stringOrNull(_ name: StaticString, in bytes: Span<UInt8>) -> LogText? {
    let start = place
    if let text = string(name, in: bytes) { return text }
    place = start
    guard let null = scalar(name, in: bytes), bytes.begins("null", at: null.lowerBound) else { return nil }
    return .unknown
  }

  /// A number, or another word without quotes; nil where none of that name comes next.
  mutating func scalar(_ name: StaticString, in bytes: Span<UInt8>) -> Range<Int>? {
    guard let start = value(of: name, in: bytes) else { return nil }
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: ","), bytes[end] != UInt8(ascii: "}") { end += 1 }
    guard end < bytes.count, end > start else { return nil }
    place = end
    skipComma(in: bytes)
    return start..<end
  }

  /// Where the value of the next member begins, if that has this name.
  private func value(of name: StaticString, in bytes: Span<UInt8>) -> Int? {
    let end = place + 1 + name.utf8CodeUnitCount
    guard bytes.begins("\"", at: place), bytes.begins(name, at: place + 1), bytes.begins("\":", at: end) else {
      return nil
    }
    return end + 2
  }

  private mutating func skipComma(in bytes: Span<UInt8>) {
    if place < bytes.count, bytes[place] == UInt8(ascii: ",") { place += 1 }
  }
}
