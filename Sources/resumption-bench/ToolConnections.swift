import BenchmarkReport

extension Plan {
  /// The tool as a client, against OpenSSL's, each in its second run: case 14.
  static let toolConnections = [
    Plan(name: "14", title: "connect, resumed, over openssl s_client, resumed", goal: .atMost(0.7), pairs: 51) {
      workbench, repetition in
      let bench = try WholeProcess(workbench, "--tickets", "1")
      let environment = workbench.environment(home: try workbench.newFolder("home"))
      let host = "\(Fixture.name):\(bench.server.port)"
      let ours = Command(
        words: [try Installed.tool(), "connect", host, "--ca-file", Fixture.root], environment: environment)
      let session = workbench.newPath("session")
      let openssl = [
        try Products.installed("openssl"), "s_client", "-connect", host, "-servername", Fixture.name,
        "-CAfile", Fixture.root, "-quiet", "-no_ign_eof",
      ]
      // Without an answer it would end before the tickets come.
      let request = "GET / HTTP/1.0\r\n\r\n"
      func client(_ arguments: String...) -> Command {
        Command(words: openssl + ["-sess_out", session] + arguments, environment: environment, input: request)
      }
      for command in [ours, client()] { _ = try Launcher.run(command) }
      while bench.server.connectionCount < 2 {
        try bench.server.expectConnection(after: bench.server.connectionCount, isResumed: nil)
      }
      return Measurement(
        try repetition.pairs(.milliseconds) {
          try bench.wall(ours, isResumed: true)
        } over: {
          try bench.wall(client("-sess_in", session), isResumed: true)
        })
    }
  ]
}
