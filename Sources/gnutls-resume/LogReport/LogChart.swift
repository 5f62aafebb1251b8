import FoundationEssentials

/// What logs tell, as a drawing (SVG 1.1): a bar for each program and server, as long as its connections are many, of
/// which what was resumed is blue.
struct LogChart {
  let tally: LogTally

  /// More bars than fit on a page aren't drawn.
  private static let limit = 40
  private static let scaleWidth = 480
  private static let rowHeight = 24
  private static let top = 36

  var svg: String {
    let rows = tally.rows.filter { $0.tally.resumed + $0.tally.fullCount > 0 }
    let drawn = Array(rows.prefix(Self.limit))
    let labels = drawn.map { "\($0.program)  \($0.server)".printable }
    let labelWidth = min(labels.map(\.count).max() ?? 0, 60) * 7 + 30
    let most = drawn.map { $0.tally.resumed + $0.tally.fullCount }.max() ?? 1
    let height = Self.top + drawn.count * Self.rowHeight + 34
    let bars = zip(drawn, labels).enumerated().map { index, row in
      bar(row.0.tally, label: row.1, most: most, left: labelWidth, top: Self.top + index * Self.rowHeight)
    }
    let more = rows.count > drawn.count ? "; \(rows.count - drawn.count) more aren't drawn" : ""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(labelWidth + Self.scaleWidth + 190)" height="\(height)" \
      font-family="sans-serif" font-size="12">
      <title>Connections and how many of them resumed</title>
      <rect width="100%" height="100%" fill="white"/>
      <text x="10" y="20" fill="#555">\(period)</text>
      \(bars.joined(separator: "\n"))
      <text x="10" y="\(height - 10)" fill="#555">Blue: resumed; red: full handshakes\(more).</text>
      </svg>

      """
  }

  private var period: String {
    guard let first = tally.first, let last = tally.last else { return "" }
    return "\(first) to \(last)"
  }

  private func bar(_ tally: ConnectionTally, label: String, most: Int, left: Int, top: Int) -> String {
    let all = tally.resumed + tally.fullCount
    let width = max(1, Self.scaleWidth * all / most)
    let resumed = width * tally.resumed / all
    let saved = tally.saved.map { ", \(($0 / 1_000).seconds) saved" } ?? ""
    return """
      <text x="10" y="\(top + 13)">\(escaped(String(label.prefix(60))))</text>
      <rect x="\(left)" y="\(top + 3)" width="\(resumed)" height="12" fill="#4a90c4"/>
      <rect x="\(left + resumed)" y="\(top + 3)" width="\(width - resumed)" height="12" fill="#cc4b37"/>
      <text x="\(left + width + 8)" y="\(top + 13)">\(tally.resumed) of \(all)\(saved)</text>
      """
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
