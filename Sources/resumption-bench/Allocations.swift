import BenchmarkReport

extension Plan {
  /// Heap allocations of a whole resumed connection: case 10.
  static let allocations = [
    Plan(
      name: "10", title: "TLS 1.3 resumed, heap allocations, over raw C with the same key share", goal: .atMost(1.3),
      pairs: 3
    ) { workbench, repetition in
      let valgrind = try Valgrind(workbench)
      let bench = try Handshakes.resumed(workbench, raw: ["--one-key-share"])
      try bench.prime()
      let (ours, raw) = (try valgrind.loadable(bench.ours), try valgrind.loadable(bench.raw))
      var own: [Double] = []
      let samples = try repetition.pairs(.init(unit: "allocations")) {
        let counts = try valgrind.allocations(of: ours)
        own.append(counts.own)
        return counts.all
      } over: {
        try valgrind.allocations(of: raw).all
      }
      return Measurement(samples, note: "\(significant(Interval(own)?.median ?? 0)) of them not by GnuTLS")
    }
  ]
}
