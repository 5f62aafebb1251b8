import BenchmarkReport

/// How many round trips go by until the first byte of an answer: case 16.
private struct FirstBytes {
  /// How a resumed connection sends its request.
  enum Sending: String {
    case asEver, early, withSYN

    var roundTrips: Double {
      switch self {
      case .asEver: 3
      case .early: 2
      case .withSYN: 1
      }
    }
  }

  let workbench: Workbench

  /// From before connecting, in seconds; of a client that has met the server just before, and has its cookie then.
  func measure(_ sending: Sending) throws -> Double {
    let client = try workbench.once("client of 16, \(sending)") { try command(sending) }
    let report = try ClientReport.of(client, isResumed: true)
    guard report.early == (sending == .asEver ? 0 : 1), report.fast == (sending == .withSYN ? 1 : 0) else {
      throw Failure("a connection was not made as it was to be measured: \(report)")
    }
    return report.firstByte
  }

  private func command(_ sending: Sending) throws -> Command {
    let server = try workbench.once("early nginx") {
      try workbench.surroundings.allowFastOpen()
      return try WebServer(workbench, answersEarly: true)
    }
    let clients = Clients(workbench, port: server.port)
    var arguments = [
      "--address", try workbench.addressFarAway(), "--server-name", Fixture.name, "--trust", Fixture.RSA.root,
      "--warm-up", "1",
    ]
    if sending != .asEver {
      arguments += ["--early-data", "\(try workbench.newFolderInMemory("marks", megabytes: 4))/marks"]
    }
    if sending == .withSYN { arguments.append("--fast-open") }
    let command = try clients.ours().adding(arguments + clients.newStore().arguments)
    // Makes the marks' place, of which the tickets must know.
    _ = try Launcher.run(command)
    return command
  }
}

extension Plan {
  static let firstBytes = [
    firstByte(.asEver, "as ever: how much later than three round trips, over 3 ms"),
    firstByte(.early, "with early data: how much later than two, over 3 ms"),
    firstByte(.withSYN, "with early data and TCP Fast Open: how much later than one, over 3 ms"),
  ]

  private static func firstByte(_ sending: FirstBytes.Sending, _ title: String) -> Plan {
    Plan(
      name: "16", title: "100 ms round trip, TLS 1.3 resumed, first byte \(title)", goal: .atMost(1), pairs: 25
    ) { workbench, repetition in
      let bench = FirstBytes(workbench: workbench)
      let ideal = sending.roundTrips * Workbench.roundTrip
      var samples = PairedSamples(.milliseconds)
      try repetition { _ in samples.add(try bench.measure(sending), over: ideal) }
      return Measurement(samples.excess(over: 0.003), note: samples.medians)
    }
  }
}
