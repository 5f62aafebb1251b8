import BenchmarkReport
import SessionTickets

/// Handshakes in one process, one after the other, with trust loaded and the store open: cases 1, 2 and 3.
struct Handshakes {
  let server: Server
  let ours: Command
  let raw: Command
  private let store: Clients.Store

  private static let common = ["--server-name", Fixture.name, "--trust", Fixture.root, "--warm-up", "2"]

  /// Each connection resumes the last one's session.
  static func resumed(_ workbench: Workbench, _ serverOptions: String..., raw: [String] = []) throws -> Handshakes {
    try Handshakes(
      workbench, serverOptions + ["--tickets", "1"], ours: [], raw: ["--verify", "--resume"] + raw)
  }

  /// Each connection is the first, of ours stores two tickets, and of the raw client keeps nothing.
  static func full(_ workbench: Workbench) throws -> Handshakes {
    try Handshakes(workbench, ["--tickets", "2"], ours: ["--first-contact"], raw: ["--verify"])
  }

  /// The same with a server that sends as many tickets as it is asked for (RFC 9149), one: ours seals and stores it, and the raw
  /// client, which asks as well, offers its first session again and again, and keeps none.
  static func asking(_ workbench: Workbench, raw: [String] = []) throws -> Handshakes {
    try Handshakes(
      workbench, ["--honour-ticket-requests"], ours: [],
      raw: ["--verify", "--resume", "--keep-first", "--ask", "1"] + raw)
  }

  /// Each connection is the first, and asks for two tickets, which ours stores.
  static func askingForTwo(_ workbench: Workbench) throws -> Handshakes {
    try Handshakes(
      workbench, ["--honour-ticket-requests"], ours: ["--first-contact", "--ticket-request", "2"],
      raw: ["--verify", "--ask", "2"])
  }

  private init(_ workbench: Workbench, _ serverOptions: [String], ours: [String], raw: [String]) throws {
    server = try Server(workbench, serverOptions)
    let clients = Clients(workbench, of: server)
    store = try clients.newStore()
    self.ours = try clients.ours().adding(Self.common + store.arguments + ours)
    self.raw = try clients.raw().adding(Self.common + raw)
  }

  /// The clients' own processor time for one connection, in the kernel too.
  func processorTime(_ repetition: Repetition, connections: Int, isResumed: Bool, tickets: Int? = nil) throws
    -> Plan.Measurement
  {
    let count = ["--count", "\(connections)"]
    let samples = try repetition.pairs(.microseconds) {
      try ClientReport.of(ours.adding(count), isResumed: isResumed).processor
    } over: {
      try ClientReport.of(raw.adding(count), isResumed: isResumed).processor
    }
    try checkStore(tickets: tickets ?? (isResumed ? 1 : 2))
    return Plan.Measurement(samples)
  }

  func instructions(_ workbench: Workbench, _ repetition: Repetition) throws -> Plan.Measurement {
    try prime()
    let valgrind = try Valgrind(workbench)
    let (ours, raw) = (try valgrind.loadable(ours), try valgrind.loadable(raw))
    let samples = try repetition.pairs(.init(unit: "M instructions", scale: 1e-6)) {
      try valgrind.instructions(of: ours)
    } over: {
      try valgrind.instructions(of: raw)
    }
    return Plan.Measurement(samples)
  }

  /// How long GnuTLS takes to verify the chain of the web server's kind, in seconds: how much longer a full handshake takes
  /// that does.
  static func verification(_ workbench: Workbench) throws -> Double {
    let server = try Server(workbench, ["--certificate", Fixture.RSA.chain, "--key", Fixture.RSA.key])
    let client = try Clients(workbench, of: server).raw(
      "--server-name", Fixture.name, "--trust", Fixture.RSA.root, "--warm-up", "2", "--count", "50")
    let with = try ClientReport.of(client.adding(["--verify"]), isResumed: false).processor
    return max(0, with - (try ClientReport.of(client, isResumed: false).processor))
  }

  /// Makes key, store and first tickets, so that no run that is counted does.
  func prime() throws { _ = try Launcher.run(ours.adding(["--count", "1"])) }

  /// What was measured is only worth its figure if the tickets are there.
  private func checkStore(tickets: Int) throws {
    let count = try DirectoryStore(path: store.folder).count().records
    guard count == tickets else { throw Failure("\(count) tickets are stored instead of \(tickets)") }
  }
}

extension Plan {
  static let resumedTLS13 = [
    Plan(
      name: "1", title: "TLS 1.3 resumed, instructions, over raw C with its default key shares", goal: .atMost(0.95),
      pairs: 5
    ) { try Handshakes.resumed($0).instructions($0, $1) },
    Plan(
      name: "1", title: "TLS 1.3 resumed, instructions, over raw C with the same key share", goal: .atMost(1.08),
      pairs: 5
    ) { try Handshakes.resumed($0, raw: ["--one-key-share"]).instructions($0, $1) },
  ]

  static let resumedTLS12 = [
    Plan(name: "2", title: "TLS 1.2 resumed, processor time, over raw C", goal: .atMost(1.6), pairs: 31) {
      try Handshakes.resumed($0, "--tls12").processorTime($1, connections: 100, isResumed: true)
    }
  ]

  static let firstContacts = [
    Plan(
      name: "3", title: "full handshake, two tickets stored, processor time, over raw C that keeps none",
      goal: .atMost(1.12), pairs: 31
    ) { try Handshakes.full($0).processorTime($1, connections: 50, isResumed: false) }
  ]

  static let askedForTickets = [
    Plan(
      name: "17",
      title: "TLS 1.3 resumed, one ticket asked for, sealed and stored, instructions, over raw C that keeps none",
      goal: .atMost(1.06), pairs: 5
    ) { try Handshakes.asking($0).instructions($0, $1) },
    Plan(
      name: "17", title: "the same, over raw C with the same key share", goal: .atMost(1.06), pairs: 5
    ) { try Handshakes.asking($0, raw: ["--one-key-share"]).instructions($0, $1) },
    Plan(
      name: "17", title: "the same, processor time, over raw C with its default key shares", goal: .atMost(1.06),
      pairs: 31
    ) { try Handshakes.asking($0).processorTime($1, connections: 100, isResumed: true, tickets: 4) },
    Plan(
      name: "17",
      title: "full handshake, two tickets asked for on both sides, instructions, over raw C that keeps none", pairs: 5
    ) { try Handshakes.askingForTwo($0).instructions($0, $1) },
  ]

  /// The same by another measure, which has no goal.
  static let furtherInstructions = [
    Plan(name: "2", title: "TLS 1.2 resumed, instructions, over raw C", pairs: 5) {
      try Handshakes.resumed($0, "--tls12").instructions($0, $1)
    },
    Plan(name: "3", title: "full handshake, two tickets stored, instructions, over raw C that keeps none", pairs: 5) {
      try Handshakes.full($0).instructions($0, $1)
    },
  ]
}
