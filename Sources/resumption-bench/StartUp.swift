import BenchmarkReport

extension Plan {
  /// Programs without TLS: all that the shim does there is to be loaded. Case 12.
  static let startUps = [startUp("true", []), startUp("ls", ["/"])]

  private static func startUp(_ program: String, _ arguments: [String]) -> Plan {
    Plan(
      name: "12", title: "\(program) with the preloaded library: how much later it ends, over 0.2 ms",
      goal: .atMost(1), pairs: 501
    ) { workbench, repetition in
      let plain = Command(
        words: [try Products.installed(program)] + arguments, environment: workbench.environment())
      let preloading = try plain.preloading()
      for command in [plain, preloading] { _ = try Launcher.run(command) }
      let samples = try repetition.pairs(.milliseconds) {
        try Launcher.run(preloading).wall
      } over: {
        try Launcher.run(plain).wall
      }
      return Measurement(samples.excess(over: 0.000_2), note: samples.medians)
    }
  }
}
