import BenchmarkReport
import Foundation

/// A program's runs with the preloaded libraries and without, by what a server saw of them: case 11.
struct ProgramRuns {
  enum Run: String, CaseIterable {
    /// In a new home: there is neither a ticket nor a key.
    case first
    /// In a home where it has run before.
    case second
  }

  let program: Program
  let withoutTLS13: Bool
  private let workbench: Workbench
  private let server: WebServer

  init(_ workbench: Workbench, _ program: Program, withoutTLS13: Bool) throws {
    if withoutTLS13, !program.canDoWithoutTLS13 { throw Skip("no option of its own keeps it from TLS 1.3") }
    self.program = program
    self.withoutTLS13 = withoutTLS13
    self.workbench = workbench
    server = try workbench.once("nginx") { try WebServer(workbench) }
  }

  /// What one side of the pairs has taken.
  private final class Side {
    let isPreloading: Bool
    /// Whether its connections have to be resumed.
    let isResumed: Bool
    /// Nil for a new one each time.
    let home: Program.Home?
    /// Of the server for a connection, in seconds.
    var serverTimes: [Double] = []

    init(isPreloading: Bool, isResumed: Bool, home: Program.Home?) {
      self.isPreloading = isPreloading
      self.isResumed = isResumed
      self.home = home
    }

    var outcome: String { isResumed ? "resumed" : "full" }
  }

  func compare(_ run: Run, _ repetition: Repetition) throws -> Plan.Measurement {
    let home = try run == .second ? newHome() : nil
    let plain = Side(isPreloading: false, isResumed: false, home: home)
    let preloading = Side(isPreloading: true, isResumed: run == .second, home: home)
    // Whatever else is done only once, and the second run's first.
    _ = try wall(plain)
    _ = try wall(Side(isPreloading: true, isResumed: false, home: home))
    plain.serverTimes = []
    let samples = try repetition.pairs(.milliseconds) {
      try wall(preloading)
    } over: {
      try wall(plain)
    }
    var server = PairedSamples(.microseconds)
    for (value, base) in zip(preloading.serverTimes, plain.serverTimes) { server.add(value, over: base) }
    let note = "\(preloading.outcome) over \(plain.outcome); server's processor time \(server.medians) a connection"
    guard run == .first, let base = Interval(samples.bases)?.median else { return .init(samples, note: note) }
    return .init(samples, note: note, goal: .atMostSlower(share: 0.05, or: 0.002, than: base))
  }

  private func newHome() throws -> Program.Home {
    let home = try Program.Home(workbench, port: server.port)
    try program.prepare(home)
    return home
  }

  /// How long a run takes, in seconds.
  private func wall(_ side: Side) throws -> Double {
    let home = try side.home ?? newHome()
    defer { if side.home == nil { try? FileManager.default.removeItem(atPath: home.path) } }
    try program.tidy(home)
    var command = try program.command(in: home, withoutTLS13: withoutTLS13)
    if side.isPreloading { command = try command.preloading() }
    let before = server.processorTime()
    let wall = try Launcher.run(command).wall
    let connections = try server.newConnections()
    side.serverTimes.append((server.processorTime() - before) / Double(connections.count))
    let version = withoutTLS13 ? "TLSv1.2" : "TLSv1.3"
    guard connections.allSatisfy({ $0 == .init(isResumed: side.isResumed, version: version) }) else {
      let seen = connections.map { "\($0.version) \($0.isResumed ? "resumed" : "full")" }.joined(separator: ", ")
      throw Failure("nginx saw \(seen) instead of \(version) \(side.outcome)")
    }
    return wall
  }
}

extension Plan {
  static let programs = Program.all.flatMap { program in
    [false, true].flatMap { withoutTLS13 in
      ProgramRuns.Run.allCases.map { run in
        Plan(
          name: "11",
          title: "\(program.name), TLS \(withoutTLS13 ? "1.2" : "1.3"), \(run.rawValue) run: with over without",
          goal: run == .second ? .atMost(1.05) : nil, pairs: program.pairs
        ) { try ProgramRuns($0, program, withoutTLS13: withoutTLS13).compare(run, $1) }
      }
    }
  }
}
