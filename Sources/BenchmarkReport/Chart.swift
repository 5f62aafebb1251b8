import Foundation

/// The result as a drawing (SVG 1.1): a bar for each ratio on a logarithmic scale, its interval as a line, its goal as
/// a mark. What was not measured isn't drawn.
package struct Chart {
  private let rows: [Row]
  /// Powers of ten at the scale's ends.
  private let exponents: ClosedRange<Int>

  private let labelWidth: Double
  private static let scaleWidth = 480.0
  private static let rowHeight = 24.0
  private static let top = 34.0

  package init(_ rows: [Row]) {
    let rows = rows.filter { $0.interval != nil }
    self.rows = rows
    labelWidth = Double(rows.map { Self.label($0).count }.max() ?? 0) * 6.5 + 30
    let values = rows.flatMap { row in
      [row.interval?.low, row.interval?.high, row.interval == nil ? nil : row.goal?.value].compactMap { $0 }
    }.filter { $0 > 0 && $0.isFinite }
    let least = Int(log10(values.min() ?? 1).rounded(.down))
    let greatest = Int(log10(values.max() ?? 1).rounded(.up))
    exponents = min(least, -1)...max(greatest, 1)
  }

  package var svg: String {
    let width = labelWidth + Self.scaleWidth + 100
    let height = Self.top + Double(rows.count) * Self.rowHeight + 34
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
      font-family="sans-serif" font-size="12">
      <title>Ratios, with 95 % intervals and goals</title>
      <rect width="100%" height="100%" fill="white"/>
      \(scale(bottom: height - 30))
      \(rows.enumerated().map { bar($1, top: Self.top + Double($0) * Self.rowHeight) }.joined(separator: "\n"))
      <text x="10" y="\(number(height - 10))" fill="#555">Bar: median of the pairs' ratios; line: 95 % interval; \
      black mark: goal. Blue: met; red: missed; grey: no goal.</text>
      </svg>

      """
  }

  private func scale(bottom: Double) -> String {
    exponents.map { exponent in
      let place = number(x(pow(10, Double(exponent))))
      let text =
        exponent < 0
        ? "0.\(String(repeating: "0", count: -exponent - 1))1" : "1\(String(repeating: "0", count: exponent))"
      return """
        <line x1="\(place)" y1="26" x2="\(place)" y2="\(number(bottom))" stroke="\(exponent == 0 ? "#888" : "#ddd")"/>
        <text x="\(place)" y="20" text-anchor="middle" fill="#555">\(text)</text>
        """
    }.joined(separator: "\n")
  }

  private func bar(_ row: Row, top: Double) -> String {
    guard let interval = row.interval else { return "" }
    let colour = row.isMet.map { $0 ? "#4a90c4" : "#cc4b37" } ?? "#999"
    let (one, end) = (x(1), x(interval.median))
    let middle = number(top + 9)
    var parts = [
      "<text x=\"10\" y=\"\(number(top + 13))\">\(escaped(Self.label(row)))</text>",
      """
      <rect x="\(number(min(one, end)))" y="\(number(top + 3))" width="\(number(max(abs(end - one), 1)))" height="12" \
      fill="\(colour)"/>
      """,
      """
      <line x1="\(number(x(interval.low)))" y1="\(middle)" x2="\(number(x(interval.high)))" y2="\(middle)" \
      stroke="#222"/>
      """,
      """
      <text x="\(number(labelWidth + Self.scaleWidth + 20))" y="\(number(top + 13))">\
      \(significant(interval.median))</text>
      """,
    ]
    if let goal = row.goal {
      let place = number(x(goal.value))
      parts.append(
        """
        <line x1="\(place)" y1="\(number(top))" x2="\(place)" y2="\(number(top + 18))" stroke="black" \
        stroke-width="2"/>
        """)
    }
    return parts.joined(separator: "\n")
  }

  private static func label(_ row: Row) -> String { "\(row.name)  \(row.title)" }

  /// The place of a ratio; what isn't on the scale is at its end.
  private func x(_ ratio: Double) -> Double {
    let span = Double(exponents.upperBound - exponents.lowerBound)
    let exponent = ratio > 0 ? log10(ratio) : -Double.infinity
    let share = (exponent - Double(exponents.lowerBound)) / span
    return labelWidth + Self.scaleWidth * min(max(share, 0), 1)
  }
}

/// A length in a drawing.
func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

/// Text as it stands in XML.
func escaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
