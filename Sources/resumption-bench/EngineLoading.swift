import BenchmarkReport

extension Plan {
  /// What the engine costs a program that has loaded GnuTLS. Case 13.
  static let engineLoading = [
    Plan(name: "13", title: "loading the engine beside GnuTLS, over 60 µs", goal: .atMost(1), pairs: 200) {
      workbench, repetition in
      let program = try Program.compiled(workbench, "loading client", ["engine-loading.c"], "-lgnutls")
      let command = Command(words: [program, try Installed.engine()], environment: workbench.environment())
      var values: [Double] = []
      try repetition { _ in
        let output = try Launcher.run(command, isCaptured: true).output
        guard let nanoseconds = Double(output.filter { !$0.isWhitespace }) else { throw Failure("it says: \(output)") }
        values.append(nanoseconds / 60_000)
      }
      let median = (Interval(values)?.median ?? 0) * 60
      return Measurement(values, note: "\(significant(median)) µs")
    },
    Plan(
      name: "13", title: "a second run of gnutls-cli, TLS 1.2, preloaded: page faults more than without, over 40",
      goal: .atMost(1), pairs: 31
    ) { workbench, repetition in
      let runs = try ProgramRuns(workbench, .gnutlsCli, withoutTLS13: true)
      let samples = try runs.pageFaults(repetition)
      return Measurement(samples.excess(over: 40), note: samples.medians)
    },
  ]
}
