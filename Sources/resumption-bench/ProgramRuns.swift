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

  /// One side of the pairs, and what it has taken.
  private final class Side {
    let isPreloading: Bool
    /// Nil for a new one each time.
    let home: Program.Home?
    /// Of each run, with the processes that the program starts, in seconds.
    var processorTimes: [Double] = []
    /// Of the server for a connection, in seconds.
    var serverTimes: [Double] = []
    var connections: [WebServer.Handshake] = []

    init(isPreloading: Bool, home: Program.Home?) {
      self.isPreloading = isPreloading
      self.home = home
    }

    /// As the server logs it: `resumed`, `full`, or how many of them were resumed.
    var outcome: String {
      let resumed = connections.count { $0.isResumed }
      if resumed == 0 { return "full" }
      return resumed == connections.count ? "resumed" : "\(resumed) of \(connections.count) resumed"
    }
  }

  func compare(_ run: Run, _ repetition: Repetition) throws -> Plan.Measurement {
    let home = try run == .second ? newHome() : nil
    // Whatever else is done only once, and the second run's first.
    _ = try wall(Side(isPreloading: false, home: home))
    _ = try wall(Side(isPreloading: true, home: home))
    let plain = Side(isPreloading: false, home: home)
    let preloading = Side(isPreloading: true, home: home)
    let samples = try repetition.pairs(.milliseconds) {
      try wall(preloading)
    } over: {
      try wall(plain)
    }
    let note = """
      \(preloading.outcome) over \(plain.outcome); \
      processor \(medians(.milliseconds, preloading.processorTimes, plain.processorTimes)); \
      server's processor \(medians(.microseconds, preloading.serverTimes, plain.serverTimes)) a connection
      """
    guard preloading.outcome == (run == .second ? "resumed" : "full"), plain.outcome == "full" else {
      throw Failure("\(samples.medians); \(note)")
    }
    guard run == .first, let base = Interval(samples.bases)?.median else { return .init(samples, note: note) }
    return .init(samples, note: note, goal: .atMostSlower(share: 0.05, or: 0.002, than: base))
  }

  private func medians(_ quantity: PairedSamples.Quantity, _ values: [Double], _ bases: [Double]) -> String {
    var samples = PairedSamples(quantity)
    for (value, base) in zip(values, bases) { samples.add(value, over: base) }
    return samples.medians
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
    let finished = try Launcher.run(command)
    let connections = try server.newConnections()
    side.processorTimes.append(finished.processor)
    side.serverTimes.append((server.processorTime() - before) / Double(connections.count))
    side.connections += connections
    let version = withoutTLS13 ? "TLSv1.2" : "TLSv1.3"
    if let other = connections.first(where: { $0.version != version }) {
      throw Failure("nginx saw \(other.version) instead of \(version)")
    }
    return finished.wall
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
