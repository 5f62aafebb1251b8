import BenchmarkReport
import Foundation

/// A resumption from a store with many servers' tickets against one from a store with this server's alone: case 5.
struct FullStores {
  let server: Server
  /// With the full store.
  let full: Command
  let single: Command

  init(_ workbench: Workbench) throws {
    let stores = try workbench.filledStores()
    server = try Server(workbench, ["--tickets", "1"])
    let clients = Clients(workbench, of: server)
    let common = ["--server-name", Fixture.name, "--trust", Fixture.root] + stores.boundArguments
    full = try clients.ours().adding(common + stores.full.arguments)
    single = try clients.ours().adding(common + stores.single.arguments)
    for command in [full, single] {
      for _ in 0..<2 { _ = try Launcher.run(command) }
    }
    while server.connectionCount < 4 { try server.expectConnection(after: server.connectionCount, isResumed: nil) }
  }

  func compare(
    _ repetition: Repetition, _ quantity: PairedSamples.Quantity, _ measure: (Command) throws -> Double
  ) throws -> PairedSamples {
    func checked(_ command: Command) throws -> Double {
      let before = server.connectionCount
      let value = try measure(command)
      try server.expectConnection(after: before, isResumed: true)
      return value
    }
    return try repetition.pairs(quantity) {
      try checked(full)
    } over: {
      try checked(single)
    }
  }

  /// How many system calls a command makes.
  static func systemCalls(of command: Command, _ workbench: Workbench) throws -> Double {
    let file = workbench.newPath("strace")
    _ = try Launcher.run(
      Command(
        words: [try Products.installed("strace"), "-f", "-c", "-o", file] + command.words,
        environment: command.environment))
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    // % time, seconds, µs per call, calls, errors if any, the system call's name.
    let fields = lines.last { $0.hasSuffix(" total") }?.split(separator: " ") ?? []
    guard fields.count >= 5, let calls = Double(fields[3]) else { throw Failure("strace has no total") }
    return calls
  }
}

extension Plan {
  static func fullStores(_ servers: Int) -> [Plan] {
    let what = "resumed with \(servers) servers stored, over 1"
    return [
      Plan(name: "5", title: "\(what): whole process", goal: .atMost(1.05, judged: .worseEnd), pairs: 301) {
        try Measurement(FullStores($0).compare($1, .milliseconds) { try Launcher.run($0).wall })
      },
      Plan(name: "5", title: "\(what): system calls", goal: .atMost(1), pairs: 11) { workbench, repetition in
        try Measurement(
          FullStores(workbench).compare(repetition, .init(unit: "calls")) {
            try FullStores.systemCalls(of: $0, workbench)
          })
      },
      Plan(name: "5", title: "\(what): how much more memory, over 1 MiB", goal: .atMost(1), pairs: 31) {
        workbench, repetition in
        let samples = try FullStores(workbench).compare(repetition, .init(unit: "KiB")) {
          Double(try ClientReport.of($0, isResumed: true).peak)
        }
        return Measurement(samples.excess(over: 1_024), note: samples.medians)
      },
    ]
  }
}
