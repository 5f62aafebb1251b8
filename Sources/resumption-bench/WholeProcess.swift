import BenchmarkReport
import SessionTickets

/// Processes from their start to their end, each with one request: cases 3b and 4.
struct WholeProcess {
  let workbench: Workbench
  let server: Server
  let clients: Clients

  init(_ workbench: Workbench, _ serverOptions: String...) throws {
    self.workbench = workbench
    server = try Server(workbench, serverOptions)
    clients = Clients(workbench, of: server)
  }

  /// How long the process takes, in seconds.
  /// - Parameter isResumed: What the server has to have seen; nil for either.
  func wall(_ command: Command, isResumed: Bool?, connections: Int = 1) throws -> Double {
    let before = server.connectionCount
    let wall = try Launcher.run(command).wall
    try server.expectConnection(after: before + connections - 1, isResumed: isResumed)
    return wall
  }

  /// The first contact of a user without store and key; two tickets are there afterwards.
  func firstContact() throws -> Double {
    let home = try workbench.newFolder("home")
    let wall = try wall(clients.ours(home: home), isResumed: false)
    let count = try DirectoryStore(path: "\(home)/state/gnutls-resume").count().records
    guard count == 2 else { throw Failure("\(count) tickets are stored instead of 2") }
    return wall
  }

  /// Measures ours, resumed from the user's own store, and another client, in turn.
  /// - Parameter isResumed: What the other one's connections have to be.
  func resumed(
    _ repetition: Repetition, over other: Command, isResumed: Bool?, connections: Int = 1
  ) throws -> PairedSamples {
    let ours = try clients.ours(home: workbench.newFolder("home"))
    for command in [ours, ours, other, other] { _ = try Launcher.run(command) }
    while server.connectionCount < 2 + 2 * connections {
      try server.expectConnection(after: server.connectionCount, isResumed: nil)
    }
    return try repetition.pairs(.milliseconds) {
      try wall(ours, isResumed: true)
    } over: {
      try wall(other, isResumed: isResumed, connections: connections)
    }
  }
}

extension Plan {
  private static let pairs = 101

  static let wholeProcessFirstContacts = [
    Plan(
      name: "3b", title: "first contact, whole process, over raw C that loads the system's trust", goal: .atMost(0.4),
      pairs: pairs
    ) { workbench, repetition in
      try workbench.installTrust()
      let bench = try WholeProcess(workbench)
      let raw = try bench.clients.raw("--trust", "system", "--verify")
      return Measurement(
        try repetition.pairs(.milliseconds, bench.firstContact) { try bench.wall(raw, isResumed: false) })
    },
    Plan(name: "3b", title: "first contact, whole process, over wget2", goal: .atMost(0.3), pairs: pairs) {
      workbench, repetition in
      try workbench.requirePeers()
      try workbench.installTrust()
      let bench = try WholeProcess(workbench)
      return Measurement(
        try repetition.pairs(.milliseconds, bench.firstContact) {
          try bench.wall(bench.clients.wget2(sessions: workbench.newPath("sessions")), isResumed: false)
        })
    },
  ]

  static let wholeProcessResumptions = [
    Plan(
      name: "4", title: "resumed, whole process, over raw C without trust", goal: .atMost(1.08), pairs: pairs
    ) { try resumed($0, $1, over: { try $0.raw("--session-file", $1.newPath("session")) }, isResumed: true) },
    Plan(
      name: "4", title: "resumed, whole process, over raw C that loads the system's trust", goal: .atMost(0.33),
      pairs: pairs
    ) {
      try resumed(
        $0, $1, over: { try $0.raw("--trust", "system", "--verify", "--session-file", $1.newPath("session")) },
        isResumed: true)
    },
    Plan(name: "4", title: "resumed, whole process, over wget2", goal: .atMost(0.22), pairs: pairs) {
      try $0.requirePeers()
      return try resumed($0, $1, over: { try $0.wget2(sessions: $1.newPath("sessions")) }, isResumed: true)
    },
    Plan(
      name: "4", title: "resumed, whole process, over the faster of wget2 and curl without the system's trust",
      goal: .atMost(0.6), pairs: pairs, measure: overFasterPeer),
    Plan(name: "4", title: "resumed, whole process, over curl", pairs: pairs) {
      try $0.requirePeers()
      return try resumed($0, $1, over: { clients, _ in try clients.curl() }, isResumed: false)
    },
    Plan(name: "4", title: "resumed, whole process, over git ls-remote, which connects twice", pairs: pairs) {
      try $0.requirePeers()
      return try resumed($0, $1, over: { clients, _ in try clients.git() }, isResumed: nil, connections: 2)
    },
  ]

  private static func resumed(
    _ workbench: Workbench, _ repetition: Repetition, over other: (Clients, Workbench) throws -> Command,
    isResumed: Bool?, connections: Int = 1
  ) throws -> Measurement {
    try workbench.installTrust()
    let bench = try WholeProcess(workbench, "--tickets", "1")
    return Measurement(
      try bench.resumed(
        repetition, over: other(bench.clients, workbench), isResumed: isResumed, connections: connections))
  }

  /// Of the two, the one over which the ratio is greater.
  private static func overFasterPeer(_ workbench: Workbench, _ repetition: Repetition) throws -> Measurement {
    try workbench.requirePeers()
    try workbench.installTrust()
    let bench = try WholeProcess(workbench, "--tickets", "1")
    let wget2 = try bench.clients.wget2(trust: Fixture.root, sessions: workbench.newPath("sessions"))
    let curl = try bench.clients.curl(trust: Fixture.root)
    let overWget2 = try bench.resumed(repetition, over: wget2, isResumed: true)
    let overCurl = try bench.resumed(repetition, over: curl, isResumed: false)
    guard let one = Interval(overWget2.ratios), let other = Interval(overCurl.ratios) else {
      throw Failure("nothing was measured")
    }
    return one.median > other.median
      ? Measurement(overWget2, note: "the faster is wget2") : Measurement(overCurl, note: "the faster is curl")
  }
}
