import BenchmarkReport

extension Plan {
  /// Programs without TLS: what stands before them, and the loading of what they don't use. Case 12.
  static let startUps = [startUp("true", []), startUp("ls", ["/"])]

  private static func startUp(_ program: String, _ arguments: [String]) -> Plan {
    Plan(
      name: "12", title: "\(program) through run: how much later it ends, over 0.6 ms", goal: .atMost(1), pairs: 501
    ) { workbench, repetition in
      let plain = Command(
        words: [try Products.installed(program)] + arguments, environment: workbench.environment())
      let throughRun = try plain.throughRun()
      for command in [plain, throughRun] { _ = try Launcher.run(command) }
      let samples = try repetition.pairs(.milliseconds) {
        try Launcher.run(throughRun).wall
      } over: {
        try Launcher.run(plain).wall
      }
      return Measurement(samples.excess(over: 0.000_6), note: samples.medians)
    }
  }
}
