/// What logs tell, for people: a row for each program and server, and what would help.
struct LogTable {
  let tally: LogTally
  /// Whether bars can be shown.
  let isTerminal: Bool

  var text: String {
    let rows = tally.rows
    var lines = [period, ""].compactMap(\.self)
    lines.append(table([Self.headings] + rows.map { cells($0.program, $0.server, $0.tally) } + total(rows)))
    let advice = rows.compactMap { row in
      LogAdvice.of(row.tally).map { "\(row.program) to \(row.server): \($0)".printable }
    }
    if !advice.isEmpty { lines += ["", "What would help:"] + advice.prefix(20).map { "  \($0)" } }
    if advice.count > 20 { lines.append("  and \(advice.count - 20) more, in --json") }
    if tally.otherLines > 0 {
      lines += ["", "\(tally.otherLines) \(tally.otherLines == 1 ? "line is" : "lines are") none of gnutls-resume's"]
    }
    return lines.joined(separator: "\n")
  }

  private static let headings = [
    "PROGRAM", "SERVER", "CONNECTIONS", "RESUMED", "FULL MS", "RESUMED MS", "SAVED", "WHY NOT",
  ]

  private var period: String? {
    guard let first = tally.first, let last = tally.last else { return nil }
    return "\(first) to \(last)"
  }

  private func total(_ rows: [LogTally.Row]) -> [[String]] {
    rows.count < 2 ? [] : [cells("all", "", tally.all)]
  }

  private func cells(_ program: String, _ server: String, _ tally: ConnectionTally) -> [String] {
    [
      program.printable, server.printable, "\(tally.connections)", resumed(tally),
      tally.fullDurations.median.map(hundredths) ?? "", tally.resumedDurations.median.map(hundredths) ?? "",
      tally.saved.map { ($0 / 1_000).seconds } ?? "", why(tally),
    ]
  }

  private func resumed(_ tally: ConnectionTally) -> String {
    guard let share = tally.share else { return "" }
    let percent = "\(Int((share * 100).rounded())) %"
    guard isTerminal else { return percent }
    let filled = Int((share * 10).rounded())
    return String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled) + " " + percent
  }

  private func hundredths(_ milliseconds: Double) -> String { String(milliseconds.milliseconds.dropLast(3)) }

  /// The most frequent first.
  private func why(_ tally: ConnectionTally) -> String {
    var counts = tally.full.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    if tally.failed > 0 { counts.append("\(tally.failed) failed") }
    if tally.refused > 0 { counts.append("\(tally.refused) refused") }
    if tally.leftAloneCount > 0 { counts.append("\(tally.leftAloneCount) left alone") }
    if tally.notKept > 0 { counts.append("\(tally.notKept) not kept") }
    return counts.joined(separator: ", ").printable
  }
}

extension Double {
  /// Seconds with one decimal and their unit.
  var seconds: String {
    let tenths = Int(exactly: (Swift.min(Swift.max(self, -1e12), 1e12) * 10).rounded()) ?? 0
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10) s"
  }
}
