import Foundation
import FoundationXML
import TestPeers
import Testing

@testable import gnutls_resume

/// `report`: what logs tell.
struct LogReportTests {
  private static func tally(_ lines: String...) -> LogTally {
    var tally = LogTally()
    for line in lines {
      let bytes = Array(line.utf8)
      tally.add(bytes.span)
    }
    return tally
  }

  @Test("Each kind of line counts as what it is")
  func kinds() throws {
    let tally = Self.tally(
      "2026-11-29T03:17:10.477Z gnutls-resume: wget[31775]: example.com:443: resumed (ticket of 86 s), 2.61 ms",
      "gnutls-resume: wget[1]: example.com:443: full (noTicket), 6.00 ms; GNUTLS_NO_TICKETS cleared",
      "2026-11-28T03:17:10.477Z gnutls-resume: wget[2]: example.com:443: full (declined), 6.20 ms",
      "gnutls-resume: wget[3]: example.com:443: failed (The operation timed out), 1000.00 ms; store: it is full",
      "gnutls-resume: wget[4]: example.com:443: resumed, but refused by the program's own check, 2.00 ms",
      "gnutls-resume: wget[5]: example.com:443: its tickets can't be kept; /x: No space left on device",
      "gnutls-resume: wget[6]: example.com:443: left alone: it forbids tickets; /x: denied")
    let row = try #require(tally.rows.first)
    #expect(tally.rows.count == 1 && row.program == "wget" && row.server == "example.com:443")
    #expect(row.tally.connections == 5 && row.tally.resumed == 1 && row.tally.failed == 1 && row.tally.refused == 1)
    #expect(row.tally.full == ["noTicket": 1, "declined": 1])
    #expect(row.tally.notKept == 1 && row.tally.leftAlone == ["it forbids tickets": 1])
    #expect(row.tally.fullDurations.count == 2 && row.tally.resumedDurations.count == 1)
    #expect(tally.first == "2026-11-28T03:17:10.477Z" && tally.last == "2026-11-29T03:17:10.477Z")
  }

  @Test(
    "A program's name may hold what divides a line, and a server be an address",
    arguments: [
      ("a[1]b", "[::1]:443"), ("[7]", "localhost:1"), ("with space: x", "xn--bcher-kva.example:443"), ("]: ", "h:1"),
    ])
  func oddNames(program: String, server: String) throws {
    let tally = Self.tally("gnutls-resume: \(program)[99]: \(server): full (expired), 1.50 ms")
    let row = try #require(tally.rows.first)
    #expect(row.program == program && row.server == server && row.tally.full == ["expired": 1])
  }

  @Test(
    "What is none of ours is none of ours",
    arguments: [
      "x", "gnutls-resume: ", "gnutls-resume: wget", "gnutls-resume: wget[]: h:1: resumed (ticket of 1 s)",
      "gnutls-resume: wget[x]: h:1: full (a)", "gnutls-resume: wget[1]: h:1", "gnutls-resume: wget[1]: h:1: ",
      "gnutls-resume: wget[1]: h:1: something else", "gnutls-resume: wget[1]: h:1: full (never ended",
      "2026-11-29T03:17:10.477Z", "2026-11-29T03:17:10.477Z nginx: x",
      "2026-11-29 03:17:10.477Z gnutls-resume: a[1]: h:1: full (a)",
    ])
  func foreign(line: String) {
    let tally = Self.tally(line)
    #expect(tally.rows.isEmpty && tally.otherLines == 1)
  }

  /// What the engine writes where its log is JSON.
  private static func json(
    program: String = #""wget""#, server: String = #""example.com""#, port: String = "443", event: String = "full",
    reason: String = "null", milliseconds: String = "null"
  ) -> String {
    #"{"time":"2026-11-29T03:17:10.477Z","program":\#(program),"pid":7,"server":\#(server),"port":\#(port),"#
      + #""event":"\#(event)","reason":\#(reason),"milliseconds":\#(milliseconds),"ticketAgeSeconds":null,"#
      + #""clearedNoTickets":false,"storeError":null,"storeMessage":null}"#
  }

  @Test("A line of JSON counts as the line of text does, in the same row")
  func jsonKinds() throws {
    let tally = Self.tally(
      "2026-11-28T03:17:10.477Z gnutls-resume: wget[2]: example.com:443: full (noTicket), 6.00 ms",
      Self.json(event: "full", reason: #""noTicket""#, milliseconds: "8.00"),
      Self.json(event: "resumed", milliseconds: "2.61"),
      Self.json(event: "failed", reason: #""GNUTLS_E_TIMEDOUT""#, milliseconds: "1000.00"),
      Self.json(event: "refused", milliseconds: "2.00"), Self.json(event: "notKept"),
      Self.json(event: "leftAlone", reason: #""wantsNoTickets""#))
    let row = try #require(tally.rows.first)
    #expect(tally.rows.count == 1 && row.program == "wget" && row.server == "example.com:443" && tally.otherLines == 0)
    #expect(row.tally.connections == 5 && row.tally.resumed == 1 && row.tally.failed == 1 && row.tally.refused == 1)
    #expect(row.tally.full == ["noTicket": 2])
    #expect(row.tally.notKept == 1 && row.tally.leftAlone == ["it forbids tickets": 1])
    #expect(row.tally.fullDurations.count == 2 && row.tally.resumedDurations.count == 1)
    #expect(tally.first == "2026-11-28T03:17:10.477Z" && tally.last == "2026-11-29T03:17:10.477Z")
  }

  @Test(
    "In JSON, too, names may hold what divides a line, or not be known",
    arguments: [
      (#""a\"b\\""#, #""::1""#, "1", #"a"b\"#, "[::1]:1"), (#""a,\"event\":""#, #""h""#, "null", #"a,"event":"#, "h"),
      ("null", "null", "null", "?", "?"),
    ])
  func oddJSON(program: String, server: String, port: String, name: String, peer: String) throws {
    let tally = Self.tally(Self.json(program: program, server: server, port: port, event: "resumed"))
    let row = try #require(tally.rows.first)
    #expect(row.program == name && row.server == peer && row.tally.resumed == 1)
  }

  @Test(
    "Bytes at random, and every beginning of a line, are taken without harm",
    arguments: [
      "2026-11-29T03:17:10.477Z gnutls-resume: w[1]: h:1: full (noTicket), 99999999999999.99 ms",
      json(program: #""\"\\""#, reason: #""noTicket""#, milliseconds: "99999999999999.99"),
    ])
  func hostile(text: String) {
    var generator = SystemRandomNumberGenerator()
    var tally = LogTally()
    let line = Array(text.utf8)
    for end in line.indices {
      let beginning = Array(line[..<end])
      tally.add(beginning.span)
    }
    for _ in 0..<20_000 {
      var copy = line
      for _ in 0..<3 { copy[Int.random(in: copy.indices, using: &generator)] = UInt8.random(in: 0...255) }
      tally.add(copy.span)
    }
    #expect(tally.all.connections > 0)
  }

  @Test("Medians are true to three percent", arguments: [3, 40, 1_234, 987_654, 50_000_000] as [UInt64])
  func medians(value: UInt64) throws {
    var durations = DurationTally()
    for offset in 0..<101 { durations.add(value * UInt64(50 + offset) / 100) }
    let median = try #require(durations.median) * 100
    #expect(abs(median - Double(value)) <= max(1, Double(value) * 0.03))
    durations.add(.max)
    #expect(durations.median != nil)
  }

  @Test("Programs and servers without end take no more room than 2,048 of them")
  func bounded() throws {
    var tally = LogTally()
    let programs = (0..<10_000).map { "gnutls-resume: p\($0)[1]: h:1: full (noTicket)" }
    let reasons = (0..<100).map { "gnutls-resume: p1[1]: h:1: full (reason\($0))" }
    for line in programs + reasons {
      let bytes = Array(line.utf8)
      tally.add(bytes.span)
    }
    #expect(tally.rows.count == 2_049 && tally.all.connections == 10_100)
    #expect(tally.rows.last?.program == "others" && tally.rows.last?.tally.connections == 10_000 - 2_048)
    #expect((tally.rows.first?.tally.full.count ?? 0) <= 33)
  }

  private static let log = """
    2026-11-29T03:00:00.000Z gnutls-resume: wget[1]: example.com:443: full (noTicket), 8.00 ms
    2026-11-29T03:00:01.000Z gnutls-resume: wget[2]: example.com:443: resumed (ticket of 1 s), 2.00 ms
    2026-11-29T03:00:02.000Z gnutls-resume: wget[3]: example.com:443: resumed (ticket of 1 s), 2.00 ms
    2026-11-29T03:00:03.000Z gnutls-resume: e<vil\u{1B}[1]: other.example:443: full (declined), 8.00 ms
    2026-11-29T03:00:04.000Z gnutls-resume: e<vil\u{1B}[1]: other.example:443: full (declined), 8.00 ms
    2026-11-29T03:00:05.000Z gnutls-resume: e<vil\u{1B}[1]: other.example:443: full (declined), 8.00 ms
    something else
    2026-11-29T03:00:06.000Z gnutls-resume: half a li
    """

  @Test("People get a table and what would help, from files, standard input, or the variable's file")
  func table() throws {
    let tool = try Tool()
    let file = tool.folder.file("log")
    try Data(Self.log.utf8).write(to: URL(fileURLWithPath: file))
    let results = [
      try tool.run(["report", file]), try tool.run(["report", "-"], input: Self.log),
      try tool.run(["report"], environment: ["GNUTLS_RESUME_LOG": file]),
    ]
    for result in results {
      let rows = result.standardOutput.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(result.status == 0 && result.standardError.isEmpty, "\(result.output)")
      #expect(rows.contains(["wget", "example.com:443", "3", "67", "%", "8.00", "2.00", "0.0", "s", "1", "noTicket"]))
      #expect(rows.contains { $0.first == "all" && $0.contains("6") && $0.contains("33") })
      #expect(result.standardOutput.contains("other.example:443: the server declined tickets"))
      #expect(result.standardOutput.contains("1 line is none"))
      #expect(!result.standardOutput.contains("\u{1B}"))
    }
  }

  @Test("A first contact, which is always a full one, calls for no advice; a second full handshake does")
  func advice() throws {
    func lines(_ full: Int, _ resumed: Int) -> LogTally {
      var tally = LogTally()
      for number in 0..<(full + resumed) {
        let what = number < full ? "full (noTicket), 8.00 ms" : "resumed (ticket of 1 s), 2.00 ms"
        let bytes = Array("gnutls-resume: wget[1]: example.com:443: \(what)".utf8)
        tally.add(bytes.span)
      }
      return tally
    }
    #expect(LogAdvice.of(lines(1, 2).all) == nil && LogAdvice.of(lines(2, 9).all) == nil)
    #expect(LogAdvice.of(lines(2, 2).all)?.contains("no ticket was kept") == true)
  }

  @Test("Programs get JSON, and an eye a drawing")
  func others() throws {
    let tool = try Tool()
    let drawing = tool.folder.file("drawing.svg")
    let result = try tool.run(["report", "--json", "--svg", drawing, "-"], input: Self.log)
    #expect(result.status == 0, "\(result.output)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [String: Any])
    let entries = try #require(json["entries"] as? [[String: Any]])
    #expect(entries.count == 2 && json["otherLines"] as? Int == 1)
    let wget = try #require(entries.first { $0["program"] as? String == "wget" })
    #expect(wget["resumed"] as? Int == 2 && (wget["full"] as? [String: Int]) == ["noTicket": 1])
    #expect(wget["server"] as? String == "example.com" && wget["port"] as? Int == 443 && wget["failed"] as? Int == 0)
    let svg = try String(contentsOfFile: drawing, encoding: .utf8)
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(svg.contains("2 of 3") && svg.contains("e&lt;vil"))
  }

  @Test("What can't be read, or says nothing, is told in a line")
  func failures() throws {
    let tool = try Tool()
    for (arguments, text) in [
      (["report", tool.folder.file("none")], "No such file"), (["report"], "no log is named"),
      (["report", tool.folder.path], "Is a directory"), (["report", "/dev/null"], "no line of gnutls-resume's"),
      (["report", "-", "--svg", "/dev/full"], "No space left"),
    ] {
      let result = try tool.run(arguments, environment: ["GNUTLS_RESUME_LOG": ""], input: Self.log)
      #expect(result.status == 1 && result.standardOutput.isEmpty, "\(result.output)")
      #expect(result.standardError.split(separator: "\n").count == 1 && result.standardError.contains(text))
    }
  }

  @Test("A line without an end, however long, takes no memory and counts once")
  func longLines() throws {
    let tool = try Tool()
    let result = try tool.shell(
      """
      { head -c 30000000 /dev/zero; echo; echo 'gnutls-resume: a[1]: h:1: full (noTicket)'; } |
        (ulimit -v 4000000; "$TOOL" report --json -)
      """)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.standardOutput.contains("\"connections\":1"))
  }
}
