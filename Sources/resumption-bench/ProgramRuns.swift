import BenchmarkReport
import Foundation

/// A program's runs through `gnutls-resume run` and without, by what a server saw of them: case 11.
struct ProgramRuns {
  enum Run: String, CaseIterable {
    /// In a new home: there is neither a ticket nor a key.
    case first
    /// In a home where it has run once before.
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
    // As users run them, who name no file of their own.
    try workbench.installTrust()
    server = try workbench.once("nginx") { try WebServer(workbench) }
  }

  private enum Way {
    case plain, throughRun, preloading

    func applied(to command: Command) throws -> Command {
      switch self {
      case .plain: command
      case .throughRun: try command.throughRun()
      case .preloading: try command.preloading()
      }
    }
  }

  /// One side of the pairs, and what it has taken.
  private final class Side {
    let way: Way
    /// Of the last run.
    var pageFaults = 0
    /// Of each run, with the processes that the program starts, in seconds.
    var processorTimes: [Double] = []
    /// Of the server for a connection, in seconds.
    var serverTimes: [Double] = []
    var connections: [WebServer.Handshake] = []

    init(_ way: Way) { self.way = way }

    /// As the server logs it: `resumed`, `full`, or how many of them were resumed.
    var outcome: String {
      let resumed = connections.count { $0.isResumed }
      if resumed == 0 { return "full" }
      return resumed == connections.count ? "resumed" : "\(resumed) of \(connections.count) resumed"
    }
  }

  func compare(_ run: Run, _ repetition: Repetition) throws -> Plan.Measurement {
    // Whatever else is done only once.
    for way in [Way.plain, .throughRun] { _ = try wall(.first, Side(way)) }
    let plain = Side(.plain)
    let resuming = Side(.throughRun)
    let samples = try repetition.pairs(.milliseconds) {
      try wall(run, resuming)
    } over: {
      try wall(run, plain)
    }
    let note = """
      \(resuming.outcome) over \(plain.outcome); \
      processor \(medians(.milliseconds, resuming.processorTimes, plain.processorTimes)); \
      server's processor \(medians(.microseconds, resuming.serverTimes, plain.serverTimes)) a connection
      """
    guard run == .first, let base = Interval(samples.bases)?.median else { return .init(samples, note: note) }
    let verification = try workbench.once("a verification") { try Handshakes.verification(workbench) }
    return .init(samples, note: note, goal: .atMostSlower(share: 0.05, or: 0.000_3 + verification, than: base))
  }

  /// Of second runs: with the preloaded libraries, and nothing before the program, over those without.
  func pageFaults(_ repetition: Repetition) throws -> PairedSamples {
    try repetition.pairs(.init(unit: "page faults")) {
      try pageFaultsOfSecondRun(.preloading)
    } over: {
      try pageFaultsOfSecondRun(.plain)
    }
  }

  private func pageFaultsOfSecondRun(_ way: Way) throws -> Double {
    let side = Side(way)
    _ = try wall(.second, side)
    return Double(side.pageFaults)
  }

  private func medians(_ quantity: PairedSamples.Quantity, _ values: [Double], _ bases: [Double]) -> String {
    var samples = PairedSamples(quantity)
    for (value, base) in zip(values, bases) { samples.add(value, over: base) }
    return samples.medians
  }

  /// How long a run takes in a home of its own, in seconds.
  private func wall(_ run: Run, _ side: Side) throws -> Double {
    let home = try Program.Home(workbench, port: server.port)
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    try program.prepare(home)
    if run == .second { _ = try wall(in: home, Side(side.way)) }
    return try wall(in: home, side)
  }

  private func wall(in home: Program.Home, _ side: Side) throws -> Double {
    try program.tidy(home)
    let command = try side.way.applied(to: program.command(in: home, withoutTLS13: withoutTLS13))
    let before = server.processorTime()
    let finished = try Launcher.run(command)
    let connections = try server.newConnections()
    side.processorTimes.append(finished.processor)
    side.pageFaults = finished.pageFaults
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
          goal: run == .first ? nil : .atMost(withoutTLS13 ? program.goals.tls12 : program.goals.tls13),
          pairs: program.pairs
        ) { try ProgramRuns($0, program, withoutTLS13: withoutTLS13).compare(run, $1) }
      }
    }
  }
}
