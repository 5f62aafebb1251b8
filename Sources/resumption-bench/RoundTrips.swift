import BenchmarkReport

/// Times to the first byte, where a round trip counts: cases 8 and 9.
private struct RoundTrips {
  let workbench: Workbench
  let server: Server
  let clients: Clients
  let common: [String]

  /// - Parameter address: Nil for the loopback interface.
  init(_ workbench: Workbench, _ serverOptions: String..., address: String?) throws {
    self.workbench = workbench
    server = try Server(workbench, serverOptions)
    clients = Clients(workbench, of: server)
    common = ["--server-name", Fixture.name] + (address.map { ["--address", $0] } ?? [])
  }

  func ours(_ arguments: [String]) throws -> Command {
    try clients.ours().adding(common + ["--trust", Fixture.root] + arguments)
  }

  /// Ours, with a ticket in the store.
  func resuming() throws -> Command {
    let command = try ours(clients.newStore().arguments)
    _ = try Launcher.run(command)
    return command
  }

  /// Ours, resumed over full.
  func resumedOverFull(_ repetition: Repetition) throws -> PairedSamples {
    let resuming = try resuming()
    let full = try ours(["--no-resumption"])
    return try repetition.pairs(.milliseconds) {
      try ClientReport.of(resuming, isResumed: true).firstByte
    } over: {
      try ClientReport.of(full, isResumed: false).firstByte
    }
  }
}

extension Plan {
  static let roundTrips = [
    Plan(
      name: "8", title: "100 ms round trip, TLS 1.3 resumed, first byte: how much later than raw C, over 2 ms",
      goal: .atMost(1),
      pairs: 15
    ) { workbench, repetition in
      let bench = try RoundTrips(workbench, "--tickets", "1", address: workbench.addressFarAway())
      let ours = try bench.resuming()
      let raw = try bench.clients.raw("--session-file", workbench.newPath("session")).adding(bench.common)
      _ = try Launcher.run(raw)
      let samples = try repetition.pairs(.milliseconds) {
        try ClientReport.of(ours, isResumed: true).firstByte
      } over: {
        try ClientReport.of(raw, isResumed: true).firstByte
      }
      return Measurement(samples.excess(over: 0.002), note: samples.medians)
    },
    Plan(
      name: "8", title: "100 ms round trip, TLS 1.2, first byte, resumed over full", goal: .atMost(0.76), pairs: 15
    ) {
      try Measurement(RoundTrips($0, "--tls12", address: $0.addressFarAway()).resumedOverFull($1))
    },
    Plan(name: "8", title: "loopback, TLS 1.2, first byte, resumed over full", goal: .atMost(0.6), pairs: 101) {
      try Measurement(RoundTrips($0, "--tls12", address: nil).resumedOverFull($1))
    },
    Plan(
      name: "9", title: "100 ms round trip, P-384 only, no ticket: round trips that the second contact saves",
      goal: .atLeast(0.95), pairs: 11
    ) { workbench, repetition in
      let bench = try RoundTrips(
        workbench, "--groups", "SECP384R1", "--tickets", "0", address: workbench.addressFarAway())
      var samples = PairedSamples(.milliseconds)
      try repetition { _ in
        let ours = try bench.ours(bench.clients.newStore().arguments)
        let first = try ClientReport.of(ours, isResumed: false).firstByte
        samples.add(first, over: try ClientReport.of(ours, isResumed: false).firstByte)
      }
      return Measurement(samples.excess(over: Workbench.roundTrip), note: samples.medians)
    },
  ]
}
