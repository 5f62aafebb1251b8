import ArgumentParser
import BenchmarkReport
import Foundation

/// Draws how many full handshakes a server sees of short processes on several machines.
struct FleetPicture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet",
    abstract: "Draw how many full handshakes a server sees of short processes on four machines (redis-server).",
    discussion: """
      The machines are homes, which take turns: each process connects once, and ends. They share a store on Redis; \
      have a folder each; or use plain GnuTLS. What is counted is what the server says.
      """)

  private static let machines = 4

  @Argument(help: ArgumentHelp("The drawing (SVG).", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("How many processes there are, 2 at least.", valueName: "n"))
  var processes = 100

  func validate() throws {
    guard 2...10_000 ~= processes else { throw ValidationError("--processes must be 2 to 10000.") }
  }

  func run() throws {
    let workbench = try Workbench(Workbench.Settings())
    let signals = workbench.folder.removeOnSignals()
    defer {
      workbench.folder.remove()
      for signal in signals { signal.cancel() }
    }
    let tool = try Products.built("gnutls-resume")
    let redis = try RedisProcess(workbench)
    let key = workbench.newPath("shared-key")
    let drawing = Command(words: [tool, "key", "rotate", "--key-file", key], environment: workbench.environment())
    _ = try Launcher.run(drawing, isCaptured: true)
    // What is drawn is who resumes, not how soon: a machine may do other things.
    let url = "redis+unix://\(redis.socket)?wait=5000"
    let sharing = ["--store", url, "--share", Fixture.name, "--shared-key-file", key]

    func connecting(_ arguments: [String]) -> (Server, String) throws -> Command {
      return { server, home in
        let words = [tool, "connect", "\(Fixture.name):\(server.port)", "--ca-file", Fixture.root]
        return Command(words: words + arguments, environment: workbench.environment(home: home))
      }
    }
    let series = [
      try counted("a store that all share", workbench, connecting(sharing)),
      try counted("a folder on each machine", workbench, connecting([])),
      try counted("plain GnuTLS", workbench) { server, _ in
        try Clients(workbench, of: server).raw("--trust", Fixture.root, "--verify")
      },
    ]
    let chart = StepChart(
      "Full handshakes that the server has seen", over: "short processes, on four machines in turn", series)
    try Data(chart.svg.utf8).write(to: URL(fileURLWithPath: file))
  }

  /// Runs the processes one after another, and counts the handshakes that weren't resumed.
  private func counted(
    _ name: String, _ workbench: Workbench, _ command: (Server, String) throws -> Command
  ) throws -> StepChart.Series {
    let server = try Server(workbench, [])
    let homes = try (0..<Self.machines).map { _ in try workbench.newFolder("home") }
    var full = 0
    var counts: [Int] = []
    for number in 0..<processes {
      _ = try Launcher.run(try command(server, homes[number % homes.count]), isCaptured: true)
      if try !server.isResumed(after: number) { full += 1 }
      counts.append(full)
    }
    StandardStreams.out("\(name): \(full) of \(counts.count)")
    return StepChart.Series(name, counts: counts)
  }
}
