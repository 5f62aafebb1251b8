import BenchmarkReport
import Foundation

/// A program's runs with the preloaded libraries and without, by what a server saw of them: case 11.
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
    server = try workbench.once("nginx") { try WebServer(workbench) }
  }

  /// One side of the pairs, and what it has taken.
  private final class Side {
    let isPreloading: Bool
    /// Of each run, with the processes that the program starts, in seconds.
    var processorTimes: [Double] = []
    /// Of the server for a connection, in seconds.
    var serverTimes: [Double] = []
    var connections: [WebServer.Handshake] = []

    init(isPreloading: Bool) { self.isPreloading = isPreloading }

    /// As the server logs it: `resumed`, `full`, or how many of them were resumed.
    var outcome: String {
      let resumed = connections.count { $0.isResumed }
      if resumed == 0 { return "full" }
      return resumed == connections.count ? "resumed" : "\(resumed) of \(connections.count) resumed"
    }
  }

  func compare(_ run: Run, _ repetition: Repetition) throws -> Plan.Measurement {
    // Whatever else is done only once.
    for isPreloading in [false, true] { _ = try wall(.first, Side(isPreloading: isPreloading)) }
    let plain = Side(isPreloading: false)
    let preloading = Side(isPreloading: true)
    let samples = try repetition.pairs(.milliseconds) {
      try wall(run, preloading)
    } over: {
      try wall(run, plain)
    }
    let note = """
      \(preloading.outcome) over \(plain.outcome); \
      processor \(medians(.milliseconds, preloading.processorTimes, plain.processorTimes)); \
      server's processor \(medians(.microseconds, preloading.serverTimes, plain.serverTimes)) a connection
      """
    guard run == .first, let base = Interval(samples.bases)?.median else { return .init(samples, note: note) }
    return .init(samples, note: note, goal: .atMostSlower(share: 0.05, or: 0.002, than: base))
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
    if run == .second { _ = try wall(in: home, Side(isPreloading: side.isPreloading)) }
    return try wall(in: home, side)
  }

  private func wall(in home: Program.Home, _ side: Side) throws -> Double {
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
