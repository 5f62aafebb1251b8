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

  /// Runs the program as it is, and expects what it does without anybody's help.
  @discardableResult
  static func expectNoHelp(_ program: ForeignProgram, _ negotiation: Negotiation) throws -> TwoRuns {
    let runs = try TwoRuns(of: program, negotiation, with: try ForeignServer(for: program, negotiation), .plain)
    #expect(runs.failures(negotiation) == [])
    #expect(runs.resumed(0) == program.resumesWithinRun)
    #expect(runs.resumed(1) == program.resumesAcrossRuns)
    return runs
  }

  /// Runs the program twice as it is and twice as launched. Returns how the launched runs differ from what they should
  /// be: the first one begins with a full handshake, connections of the second one are resumed, all else is the same.
  ///
  /// - Parameters:
  ///   - launch: Makes nothing resumable at first.
  ///   - minimum: How many connections of the second run are to be resumed at least. Nil: all.
  static func discrepancies(
    of program: ForeignProgram, _ negotiation: Negotiation, _ launch: Launch, minimum: Int? = nil
  ) throws -> [String] {
    let server = try ForeignServer(for: program, negotiation)
    let plain = try TwoRuns(of: program, negotiation, with: server, .plain)
    let seen = plain.connections.joined().count
    let launched = try TwoRuns(of: program, negotiation, with: server, seen: seen, launch)
    var found = plain.failures(negotiation) + launched.failures(negotiation)
    if launched.resumed(0).first != false { found.append("the first run doesn't begin with a full handshake") }
    for run in 0...1 {
      if launched.connections[run].count != plain.connections[run].count {
        found.append("run \(run): \(launched.connections[run].count) connections")
      }
      let outputs = [plain, launched].map { program.stableOutput($0.results[run].standardOutput) }
      // The clients in C say themselves whether they resumed: that alone may differ.
      if outputs[0].replacing("full", with: "resumed") != outputs[1].replacing("full", with: "resumed") {
        found.append("run \(run): \(outputs[1])")
      }
    }
    let resumed = launched.resumed(1).count { $0 }
    if resumed < minimum ?? plain.connections[1].count { found.append("run 1: \(resumed) resumed") }
    return found
  }

  /// What went wrong in either run: nothing may.
  private func failures(_ negotiation: Negotiation) -> [String] {
    results.filter { $0.status != 0 }.map { "\($0)" }
      + connections.joined().map(\.version).filter { $0 != negotiation.version }
  }
}
