import ArgumentParser
import BenchmarkReport
import Foundation
import SessionTickets
import SessionTicketsTesting

/// One of several processes at work on one store; prints how long each operation took, in nanoseconds.
struct StoreWorker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "store-worker", shouldDisplay: false)

  static let operations = 500
  /// All workers use the same places.
  private static let servers: UInt64 = 100

  @Argument var store: String
  @Argument var number: UInt64

  func run() throws {
    let store = DirectoryStore(path: store)
    var takes: [Int] = []
    var inserts: [Int] = []
    for index in 0..<UInt64(Self.operations) {
      let record = RecordFactory.record(number << 32 + index, byteCount: StoreOperations.recordSize)
      let place = RecordFactory.place(server: (index &* 7 &+ number) % Self.servers)
      let now = WallTime.now()
      inserts.append(
        Self.nanoseconds(try seconds { () throws(StoreError) in try store.insert(record, at: place, now: now) }))
      var wasClaimed = false
      let time = try seconds { () throws(StoreError) in
        // Another worker may have been faster.
        if case .claimed = try store.take(from: place, now: StoreOperations.now) { wasClaimed = true }
      }
      if wasClaimed { takes.append(Self.nanoseconds(time)) }
      // A handshake's time. Without it the processors' scheduler would be measured.
      usleep(200)
    }
    StandardStreams.out(Self.line(takes))
    StandardStreams.out(Self.line(inserts))
  }

  private static func nanoseconds(_ seconds: Double) -> Int { Int(seconds * 1_000_000_000) }
  private static func line(_ values: [Int]) -> String { values.map { "\($0)" }.joined(separator: " ") }
}

extension Plan {
  private static let workers: UInt64 = 4

  /// Four processes at once: how much longer than the median the slowest of a hundred operations is.
  static let crowdedStore = [
    Plan(
      name: "7", title: "four processes at once: 99th percentile of takes over their median", goal: .atMost(10),
      pairs: 11
    ) { try crowd($0, $1, line: 0) },
    Plan(
      name: "7", title: "four processes at once: 99th percentile of inserts over their median", goal: .atMost(10),
      pairs: 11
    ) { try crowd($0, $1, line: 1) },
  ]

  private static func crowd(_ workbench: Workbench, _ repetition: Repetition, line: Int) throws -> Measurement {
    var samples = PairedSamples(.microseconds)
    for round in try workbench.once("rounds of four workers", { try crowdedRounds(workbench, repetition) }) {
      guard let median = Interval(round[line])?.median else { throw Failure("the workers did nothing") }
      samples.add(round[line].sorted()[round[line].count * 99 / 100] / 1e9, over: median / 1e9)
    }
    return Measurement(samples)
  }

  /// Of each round, how long takes and inserts took, in nanoseconds.
  private static func crowdedRounds(_ workbench: Workbench, _ repetition: Repetition) throws -> [[[Double]]] {
    let path = try workbench.newFolderInMemory("workers", megabytes: 256) + "/store"
    _ = try StoreOperations.openStore(at: path)
    var number: UInt64 = 1
    var rounds: [[[Double]]] = []
    try repetition { _ in
      let processes = try (0..<workers).map { _ in
        number += 1
        return try Launcher.start(
          Command(words: [Products.this, "store-worker", path, "\(number)"], environment: workbench.environment()),
          isCaptured: true)
      }
      let outputs = try processes.map { process in
        try process.finish().output.split(separator: "\n", omittingEmptySubsequences: false)
      }
      rounds.append(
        (0...1).map { line in
          outputs.flatMap { $0.count > line ? $0[line].split(separator: " ").compactMap { Double($0) } : [] }
        })
    }
    return rounds
  }
}
