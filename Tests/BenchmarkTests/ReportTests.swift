import BenchmarkReport
import Foundation
import FoundationXML
import Testing

@Suite("What the benchmark prints")
struct ReportTests {
  /// One met, one missed, one without a goal, one skipped, one failed.
  private let rows = [
    Row(
      name: "1", title: "one < two", goal: .atMost(1.05),
      result: .measured(Interval([1, 1.01, 1.02])!, note: "3.10 ms over 3.07 ms")),
    Row(name: "6", title: "many & more", goal: .atLeast(300), result: .measured(Interval([106.4])!, note: "")),
    Row(name: "4", title: "no goal", goal: nil, result: .measured(Interval([0.533])!, note: "")),
    Row(name: "8", title: "far away", goal: .atMost(0.76), result: .skipped("needs root")),
    Row(name: "9", title: "broken", goal: .atLeast(0.95), result: .failed("no server")),
  ]

  @Test("The table has a line for each row, in columns, with the verdict")
  func prints() {
    #expect(
      table(of: rows) == """
        CASE  WHAT         RATIO  95 % INTERVAL  GOAL
        1     one < two    1.01   1.00 … 1.02    ≤ 1.05   met      3.10 ms over 3.07 ms
        6     many & more  106    106 … 106      ≥ 300    MISSED
        4     no goal      0.533  0.533 … 0.533  -
        8     far away     -      -              ≤ 0.760  skipped  needs root
        9     broken       -      -              ≥ 0.950  FAILED   no server
        """)
  }

  @Test("JSON is an array with case, ratio, low, high and goal in every row")
  func encodes() throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(json(of: rows).utf8))
    let array = try #require(parsed as? [[String: Any]])
    #expect(array.map { $0["case"] as? String } == ["1", "6", "4", "8", "9"])
    for row in array {
      for key in ["title", "ratio", "low", "high", "goal", "bound", "met"] { #expect(row[key] != nil, "\(key)") }
    }
    #expect(array.map { $0["ratio"] as? Double } == [1.01, 106.4, 0.533, nil, nil])
    #expect(array[0]["low"] as? Double == 1)
    #expect(array[0]["high"] as? Double == 1.02)
    #expect(array.map { $0["goal"] as? Double } == [1.05, 300, nil, 0.76, 0.95])
    #expect(array.map { $0["bound"] as? String } == ["atMost", "atLeast", nil, "atMost", "atLeast"])
    #expect(array.map { $0["met"] as? Bool } == [true, false, nil, nil, nil])
    #expect(array[3]["skipped"] as? String == "needs root")
    #expect(array[4]["failed"] as? String == "no server")
  }

  @Test("The worse end of the interval may be what counts")
  func judges() throws {
    let interval = try #require(Interval([1, 1.04, 1.06]))
    #expect(Goal.atMost(1.05).isMet(by: interval))
    #expect(!Goal.atMost(1.05, judged: .worseEnd).isMet(by: interval))
    #expect(Goal.atLeast(1.02).isMet(by: interval))
    #expect(!Goal.atLeast(1.02, judged: .worseEnd).isMet(by: interval))
  }

  @Test("How much slower something may be is a share, or a time where that is more")
  func allowsTime() {
    #expect(Goal.atMostSlower(share: 0.05, or: 0.002, than: 0.1) == .atMost(1.05))
    #expect(Goal.atMostSlower(share: 0.05, or: 0.002, than: 0.01) == .atMost(1.2))
  }

  @Test("The drawing is XML, and has a bar, an interval and a goal for what was measured")
  func draws() throws {
    let drawing = Drawing(Chart(rows).svg)
    #expect(drawing.isWellFormed)
    // The background, and the bars.
    #expect(drawing.elements["rect"]?.count == 1 + 3)
    // 0.1 to 1000 on the scale, three intervals, two goals.
    #expect(drawing.elements["line"]?.count == 5 + 3 + 2)
    #expect(drawing.text.contains("6  many & more"))
    // Ten times as much is as far away as ten times as little.
    let scale = try #require(drawing.elements["line"]?.prefix(5).compactMap { $0["x1"].flatMap(Double.init) })
    #expect(abs((scale[1] - scale[0]) - (scale[2] - scale[1])) < 0.2)
    let bars = try #require(drawing.elements["rect"]?.dropFirst())
    #expect(bars.map { $0["fill"] } == ["#4a90c4", "#cc4b37", "#999"])
  }

  @Test("Nothing measured is a drawing too")
  func drawsNothing() { #expect(Drawing(Chart([rows[3]]).svg).isWellFormed) }

  @Test("Counts are drawn as steps, and the last one is written beside")
  func drawsSteps() throws {
    let series = [
      StepChart.Series("few & shared", counts: [1, 1, 1]), StepChart.Series("each", counts: [1, 2, 100]),
    ]
    let drawing = Drawing(StepChart("Handshakes", over: "processes", series).svg)
    #expect(drawing.isWellFormed)
    // 1 to 100 on the scale.
    #expect(drawing.elements["line"]?.count == 7)
    let steps = try #require(drawing.elements["polyline"]?.compactMap { $0["points"]?.split(separator: " ") })
    #expect(steps.map(\.count) == [5, 5])
    // As flat as what didn't happen, and up to the top.
    #expect(steps[1].allSatisfy { $0.hasSuffix(",280.0") } && steps[0].last == "650.0,40.0")
    #expect(drawing.text.contains("1: few & shared") && drawing.text.contains("100: each"))
    #expect(Drawing(StepChart("Nothing", over: "nothing", []).svg).isWellFormed)
  }

  @Test(
    "Numbers have three digits that count",
    arguments: [
      (0.0456, "0.0456"), (1, "1.00"), (1.0449, "1.04"), (9.996, "10.0"), (12.34, "12.3"), (99.96, "100"),
      (1_234, "1234"), (0, "0"), (-1.5, "-1.50"),
    ])
  func digits(value: Double, text: String) { #expect(significant(value) == text) }
}

/// A parsed SVG document.
private final class Drawing: NSObject, XMLParserDelegate {
  private(set) var elements: [String: [[String: String]]] = [:]
  private(set) var text = ""
  private(set) var isWellFormed = false

  init(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements[name, default: []].append(attributes)
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
