import ArgumentParser
import BenchmarkReport
import Foundation

@main
struct ResumptionBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resumption-bench",
    abstract: "Measure GnuTLSResumption against plain GnuTLS, and against other clients.",
    discussion: """
      Prints one table of ratios. What is compared is measured in turn, in pairs; a ratio is the median of the pairs' \
      ratios, with the interval that holds it with 95 % certainty by order statistics (of fewer than 6 pairs: all of \
      them). Servers run on 127.0.0.1 in processes of their own, and end with the run.

      Cases:
        1   TLS 1.3 resumed: instructions of the client (valgrind)
        2   TLS 1.2 resumed: processor time of the client
        3   full handshakes, tickets stored: processor time of the client
        3b  whole processes, first contact, with the system's trust (root)
        4   whole processes, resumed, with the system's trust (root)
        5   a store with many servers' tickets against one with one: time, system calls (strace), memory
        6   wget2 with as many sessions (--peers)
        7   the store's operations against the same system calls in C; four processes at once
        8   time to the first byte, on a link with a round trip of 100 ms (root), and on the loopback interface
        9   a server with another group than the client's first, again without a ticket (root)
        10  heap allocations of a resumed connection (valgrind)
        11  finished programs through `gnutls-resume run` over the same without: first and second run (--programs)
        12  what `run` adds to programs without TLS (--programs)
        13  loading the engine: time, page faults (--programs)
        14  the tool's `connect` over openssl's s_client (--programs)
        15  the store on Redis: over the same scripts in C, and what a ticket takes there (--redis)
        16  the first byte of an answer, resumed, in round trips: as ever, with early data, with TCP Fast Open too (--early)
        17  TLS 1.3 resumed, from a server that sends as many tickets as are asked for: instructions, processor time (valgrind)

      Measure what .ci/static builds. As root the run has mounts and a \
      network of its own, in which the system's trust holds the servers' root too; they end with it.

      What can't run is skipped, and says why. The exit status is 1 if a measurement failed; a missed goal is none.
      """,
    subcommands: [FleetPicture.self, StoreWorker.self])

  @Option(name: .customLong("case"), help: "Measure this case only; may be repeated.")
  var cases: [String] = []

  @Option(help: ArgumentHelp("Measure this many pairs for each row at most.", valueName: "n"))
  var pairs: Int?

  @Option(
    help: ArgumentHelp(
      "How many servers' tickets the full store of cases 5 and 6 holds. More than 200000 are kept in memory (root).",
      valueName: "n"))
  var servers = 100_000

  @Flag(help: "Compare with wget2, curl and git too, where they are installed.")
  var peers = false

  @Flag(help: "Measure cases 11 to 14, which are left out else.")
  var programs = false

  @Flag(help: "Measure case 15, which is left out else (redis-server).")
  var redis = false

  @Flag(help: "Measure case 16, which is left out else (nginx, root).")
  var early = false

  @Flag(help: "Count instructions in cases 2 and 3 too (valgrind).")
  var instructions = false

  @Flag(help: "Print an array of rows in JSON: case, ratio, low, high, goal, and more.")
  var json = false

  @Option(help: ArgumentHelp("Draw the ratios into this file too.", valueName: "file"))
  var svg: String?

  private var settings: Workbench.Settings {
    Workbench.Settings(pairs: pairs, includesPeers: peers, countsInstructions: instructions, servers: servers)
  }

  func validate() throws {
    let names = Plan.names(for: settings)
    for name in cases where !names.contains(name) {
      throw ValidationError("There is no case '\(name)'. Cases: \(names.joined(separator: ", ")).")
    }
    if let pairs, pairs < 1 { throw ValidationError("--pairs must be at least 1.") }
    guard 1...10_000_000 ~= servers else { throw ValidationError("--servers must be 1 to 10000000.") }
  }

  private var selectedCases: [String] {
    cases + (programs ? Plan.programCases : []) + (redis ? Plan.redisCases : []) + (early ? Plan.earlyCases : [])
  }

  func run() throws {
    let rows = try measured()
    if let svg { try Data(Chart(rows).svg.utf8).write(to: URL(fileURLWithPath: svg)) }
    StandardStreams.out(json ? try BenchmarkReport.json(of: rows) : table(of: rows))
    if rows.contains(where: \.hasFailed) { throw ExitCode.failure }
  }

  private func measured() throws -> [Row] {
    for warning in Products.warnings { StandardStreams.error("warning: \(warning)") }
    let workbench = try Workbench(settings)
    let signals = workbench.folder.removeOnSignals()
    defer {
      workbench.folder.remove()
      for signal in signals { signal.cancel() }
    }
    defer { workbench.progress.end() }
    return Plan.selected(selectedCases, for: settings).map { $0.row(on: workbench) }
  }
}
