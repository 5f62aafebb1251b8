/// A span of time in which something is valid, both ends included, in seconds since 1970.
struct Validity: Hashable {
  private(set) var from = Int64.min
  private(set) var until = Int64.max

  /// Narrows the span to where another holds too.
  mutating func formIntersection(from: Int64, until: Int64) {
    self.from = max(self.from, from)
    self.until = min(self.until, until)
  }

  /// Narrows the span to where another holds too.
  mutating func formIntersection(_ other: Validity) { formIntersection(from: other.from, until: other.until) }

  func contains(_ time: Int64) -> Bool { from <= time && time <= until }
}

extension Validity {
  func append(to result: inout [UInt8]) {
    result.append(bigEndian: from)
    result.append(bigEndian: until)
  }

  init?(_ reader: inout ByteReader) {
    guard let from = reader.integer(UInt64.self), let until = reader.integer(UInt64.self) else { return nil }
    self.from = Int64(bitPattern: from)
    self.until = Int64(bitPattern: until)
  }
}
