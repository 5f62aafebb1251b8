import TestPeers
import Testing

/// A program run twice in one home, and what its server saw of each run.
struct TwoRuns {
  let results: [ProcessResult]
  let connections: [[ObservedHandshake]]

  /// - Parameter seen: How many connections the server had seen before.
  init(
    of program: ForeignProgram, _ negotiation: Negotiation, with server: ForeignServer, seen: Int = 0, _ launch: Launch
  ) throws {
    let home = try Home(port: server.port)
    var results: [ProcessResult] = []
    var connections: [[ObservedHandshake]] = []
    var seen = seen
    for run in 0...1 {
      results.append(try program.run(run, in: home, negotiation, launch))
      let all = server.waitForConnections(seen + program.resumesWithinRun.count)
      connections.append(Array(all.dropFirst(seen)))
      seen = all.count
    }
    self.results = results
    self.connections = connections
  }

  /// Whether each connection of a run was resumed.
  func resumed(_ run: Int) -> [Bool] { connections[run].map(\.resumed) }

  /// Runs the program as it is, and expects what it does without anybody's help, in any home.
  @discardableResult
  static func expectNoHelp(_ program: ForeignProgram, _ negotiation: Negotiation) throws -> TwoRuns {
    let server = try ForeignServer(for: program, negotiation)
    let runs = try TwoRuns(of: program, negotiation, with: server, .plain)
    #expect(runs.failures(negotiation) == [])
    #expect(runs.resumed(0) == program.resumesWithinRun)
    #expect(runs.resumed(1) == program.resumesAcrossRuns)
    if negotiation == .tls13 {
      let seen = runs.connections.joined().count
      let elsewhere = try TwoRuns(of: program, negotiation, with: server, seen: seen, .plain)
      #expect(elsewhere.differences(from: runs, of: program) == [])
    }
    return runs
  }

  /// Runs the program twice as it is and twice as launched. Returns how the launched runs differ from what they should
  /// be: the first one begins with a full handshake, connections of the second one are resumed, all else is the same.
  ///
  /// - Parameter minimum: How many connections of the second run are to be resumed at least. Nil: all.
  static func discrepancies(
    of program: ForeignProgram, _ negotiation: Negotiation, _ launch: Launch, minimum: Int? = nil
  ) throws -> [String] {
    let server = try ForeignServer(for: program, negotiation)
    let plain = try TwoRuns(of: program, negotiation, with: server, .plain)
    let seen = plain.connections.joined().count
    let launched = try TwoRuns(of: program, negotiation, with: server, seen: seen, launch)
    var found = plain.failures(negotiation) + launched.failures(negotiation)
    if launched.resumed(0).first != false { found.append("the first run doesn't begin with a full handshake") }
    found += launched.differences(from: plain, of: program)
    let resumed = launched.resumed(1).count { $0 }
    if resumed < minimum ?? plain.connections[1].count { found.append("run 1: \(resumed) resumed") }
    return found
  }

  /// What went wrong in either run: nothing may.
  private func failures(_ negotiation: Negotiation) -> [String] {
    results.filter { $0.status != 0 }.map { "\($0)" }
      + connections.joined().map(\.version).filter { $0 != negotiation.version }
  }

  /// Where the program says something else, ends differently or connects more or less often.
  private func differences(from other: TwoRuns, of program: ForeignProgram) -> [String] {
    (0...1).flatMap { run in
      let outputs = [self, other].map { program.stableOutput($0.results[run].standardOutput) }
      // The clients in C say themselves whether they resumed: that alone may differ.
      let same = outputs[0].replacing("full", with: "resumed") == outputs[1].replacing("full", with: "resumed")
      let counts = [self, other].map { $0.connections[run].count }
      let statuses = [self, other].map { $0.results[run].status }
      return (same ? [] : ["run \(run): \(outputs[0])"])
        + (counts[0] == counts[1] ? [] : ["run \(run): \(counts[0]) connections"])
        + (statuses[0] == statuses[1] ? [] : ["run \(run): status \(statuses[0] ?? -1)"])
    }
  }
}
