/// The result as text, in columns.
package func table(of rows: [Row]) -> String {
  let header = ["CASE", "WHAT", "RATIO", "95 % INTERVAL", "GOAL", "", ""]
  return columns([header] + rows.map(cells))
}

private func cells(_ row: Row) -> [String] {
  let goal = row.goal?.text ?? "-"
  switch row.result {
  case .measured(let interval, let note):
    let verdict = row.isMet.map { $0 ? "met" : "MISSED" } ?? ""
    let range = "\(significant(interval.low)) … \(significant(interval.high))"
    return [row.name, row.title, significant(interval.median), range, goal, verdict, note]
  case .skipped(let reason): return [row.name, row.title, "-", "-", goal, "skipped", reason]
  case .failed(let reason): return [row.name, row.title, "-", "-", goal, "FAILED", reason]
  }
}

/// Lays rows out, each column as wide as its widest cell.
private func columns(_ rows: [[String]]) -> String {
  let count = rows.map(\.count).max() ?? 0
  let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
