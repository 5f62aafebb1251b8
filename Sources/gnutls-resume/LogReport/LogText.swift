/// A text within a line of a log.
struct LogText {
  let place: Range<Int>
  /// As a string of JSON, in which a backslash stands before some bytes.
  var isEscaped = false

  /// What a line of text has for it.
  static let unknown = LogText(place: 0..<0)

  func append(of bytes: Span<UInt8>, to result: inout [UInt8]) {
    guard !place.isEmpty else { return result.append(UInt8(ascii: "?")) }
    guard isEscaped else {
      return unsafe bytes.extracting(place).withUnsafeBufferPointer { unsafe result.append(contentsOf: $0) }
    }
    var next = place.lowerBound
    while next < place.upperBound {
      if bytes[next] == UInt8(ascii: "\\"), next + 1 < place.upperBound { next += 1 }
      result.append(bytes[next])
      next += 1
    }
  }
}
