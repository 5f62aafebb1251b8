import Foundation

/// How often something has happened by then, as a drawing (SVG 1.1): a line of steps for each series, on a logarithmic scale.
package struct StepChart {
  package struct Series {
    let name: String
    let counts: [Int]

    /// - Parameters:
    ///   - name: In a few words.
    ///   - counts: After the first, the second and so on, how often it has happened in all.
    package init(_ name: String, counts: [Int]) {
      self.name = name
      self.counts = counts
    }
  }

  private let title: String
  private let unit: String
  private let series: [Series]
  private let length: Int
  private let greatest: Int

  private static let (left, top, width, height) = (50.0, 40.0, 600.0, 240.0)
  private static let colours = ["#4a90c4", "#d08a2e", "#888"]

  /// - Parameters:
  ///   - title: What is counted.
  ///   - unit: What it is counted over.
  package init(_ title: String, over unit: String, _ series: [Series]) {
    self.title = title
    self.unit = unit
    self.series = series
    length = max(2, series.map(\.counts.count).max() ?? 0)
    greatest = max(10, series.compactMap { $0.counts.max() }.max() ?? 0)
  }

  package var svg: String {
    let bottom = Self.top + Self.height
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(number(Self.left + Self.width + 200))" \
      height="\(number(bottom + 50))" font-family="sans-serif" font-size="12">
      <title>\(escaped(title)), over \(escaped(unit))</title>
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(number(Self.left))" y="20">\(escaped(title))</text>
      \(scale)
      \(lines.joined(separator: "\n"))
      <text x="\(number(Self.left + Self.width))" y="\(number(bottom + 40))" text-anchor="end" fill="#555">\
      \(escaped(unit))</text>
      </svg>

      """
  }

  /// The first series is drawn last, over the others.
  private var lines: [String] {
    series.enumerated().map { line($1, colour: Self.colours[$0 % Self.colours.count]) }.reversed()
  }

  private var scale: String {
    let counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].filter { $0 <= greatest }
    let lines = counts.map { count in
      let place = y(count)
      return """
        <line x1="\(number(Self.left))" y1="\(number(place))" x2="\(number(Self.left + Self.width))" \
        y2="\(number(place))" stroke="#ddd"/>
        <text x="\(number(Self.left - 8))" y="\(number(place + 4))" text-anchor="end" fill="#555">\(count)</text>
        """
    }
    let marks = [1] + stride(from: 20, through: length, by: 20)
    let numbers = marks.map { mark in
      """
      <text x="\(number(x(mark)))" y="\(number(Self.top + Self.height + 22))" text-anchor="middle" fill="#555">\
      \(mark)</text>
      """
    }
    return (lines + numbers).joined(separator: "\n")
  }

  private func line(_ series: Series, colour: String) -> String {
    var points: [String] = []
    for (index, count) in series.counts.enumerated() {
      if index > 0 { points.append("\(number(x(index + 1))),\(number(y(series.counts[index - 1])))") }
      points.append("\(number(x(index + 1))),\(number(y(count)))")
    }
    let last = series.counts.last ?? 0
    return """
      <polyline points="\(points.joined(separator: " "))" fill="none" stroke="\(colour)" stroke-width="2"/>
      <text x="\(number(Self.left + Self.width + 10))" y="\(number(y(last) + 4))">\(last): \(escaped(series.name))</text>
      """
  }

  /// The place of the process of that number, from 1 on.
  private func x(_ number: Int) -> Double { Self.left + Self.width * Double(number - 1) / Double(length - 1) }

  /// The place of a count; none is where one is.
  private func y(_ count: Int) -> Double {
    Self.top + Self.height * (1 - log10(Double(max(1, count))) / log10(Double(greatest)))
  }
}
