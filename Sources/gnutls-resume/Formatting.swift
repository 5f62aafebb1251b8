import FoundationEssentials

extension Double {
  /// Milliseconds with two decimals and their unit.
  var milliseconds: String {
    // No number of a clock that runs wrong may end the tool.
    let hundredths = Int(exactly: (Swift.min(Swift.max(self, 0), 1e12) * 100).rounded()) ?? 0
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
  }
}

extension Int64 {
  /// Seconds since 1970 as ISO 8601, UTC, within the years that have four digits.
  var iso8601: String {
    Date(timeIntervalSince1970: Double(Swift.min(Swift.max(self, 0), 253_402_300_799))).formatted(.iso8601)
  }
}

extension Encodable {
  /// One line of JSON.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // What may be escaped is within strings.
    return String(decoding: try encoder.encode(self), as: UTF8.self).withEscapesOfJSON
  }
}

extension String {
  /// The text, filled up with spaces to a width in characters.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// Lays rows out in columns, each as wide as its widest cell.
func table(_ rows: [[String]]) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
  return rows.map { row in
    var line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
