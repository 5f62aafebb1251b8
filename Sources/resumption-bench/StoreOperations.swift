import BenchmarkReport
import CBenchmark
import Glibc
import SessionTickets
import SessionTicketsTesting

/// The store's operations against the least that C can do for the same effect: case 7.
final class StoreOperations {
  /// Medians of one round, in seconds.
  struct Round {
    let insert, rawInsert, take, rawTake, miss: Double
  }

  static let recordSize = 2_048
  /// The time at which everything happens.
  static let now = RecordFactory.start
  /// In each round.
  private static let operations = 100
  private static let servers = 100

  private let store: DirectoryStore
  private let rawFolder: Int32
  private let names: [String]
  private var number: UInt64 = 1 << 32

  init(_ workbench: Workbench) throws {
    let folder = try workbench.newFolderInMemory("operations", megabytes: 256)
    store = try Self.openStore(at: "\(folder)/store")
    guard unsafe mkdir("\(folder)/raw", 0o700) == 0 else { throw Failure("no folder", errno: errno) }
    rawFolder = unsafe open("\(folder)/raw", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    names = (0..<Self.operations).map { index in
      // As long as the store's own.
      let digits = String(index, radix: 16)
      return String(repeating: "0", count: 207 - digits.count) + digits
    }
  }

  deinit { close(rawFolder) }

  /// A store with eight records in each shard.
  static func openStore(at path: String) throws(StoreError) -> DirectoryStore {
    let store = DirectoryStore(path: path)
    for number in 0..<UInt64(8_000) {
      try store.insert(
        RecordFactory.record(number, byteCount: recordSize), at: RecordFactory.place(server: 1_000_000 + number),
        now: now)
    }
    return store
  }

  func round() throws -> Round {
    var insert: [Double] = []
    var rawInsert: [Double] = []
    var take: [Double] = []
    var rawTake: [Double] = []
    var miss: [Double] = []
    for name in names {
      number += 1
      let record = RecordFactory.record(number, byteCount: Self.recordSize)
      let place = RecordFactory.place(server: number % UInt64(Self.servers))
      let other = RecordFactory.place(server: number)
      insert.append(try seconds { () throws(StoreError) in try store.insert(record, at: place, now: Self.now) })
      rawInsert.append(
        seconds { unsafe cbenchmark_insert(rawFolder, name, record.bytes, record.bytes.count) })
      take.append(try seconds { () throws(StoreError) in try expectTicket(at: place) })
      rawTake.append(seconds { _ = unsafe cbenchmark_take(rawFolder, name) })
      miss.append(try seconds { () throws(StoreError) in _ = try store.take(from: other, now: Self.now) })
    }
    return Round(
      insert: Self.median(insert), rawInsert: Self.median(rawInsert), take: Self.median(take),
      rawTake: Self.median(rawTake), miss: Self.median(miss))
  }

  private func expectTicket(at place: StoreKey) throws(StoreError) {
    guard case .claimed = try store.take(from: place, now: Self.now) else {
      throw StoreError(.unavailable, "a ticket that was inserted can't be taken", place: "")
    }
  }

  private static func median(_ values: [Double]) -> Double { Interval(values)?.median ?? 0 }
}

func seconds<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
  let start = monotonicSeconds()
  try body()
  return monotonicSeconds() - start
}

extension Plan {
  private typealias Round = StoreOperations.Round

  static let storeOperations = [
    Plan(name: "7", title: "take of 2 kB, over open, read and unlink in C", goal: .atMost(1.6), pairs: 31) {
      try storeRounds($0, $1, \.take, over: \.rawTake)
    },
    Plan(name: "7", title: "insert of 2 kB, over O_TMPFILE, write and linkat in C", goal: .atMost(1.7), pairs: 31) {
      try storeRounds($0, $1, \.insert, over: \.rawInsert)
    },
    Plan(name: "7", title: "take that finds nothing, over one that finds a ticket", goal: .atMost(1), pairs: 31) {
      try storeRounds($0, $1, \.miss, over: \.take)
    },
  ]

  private static func storeRounds(
    _ workbench: Workbench, _ repetition: Repetition, _ value: KeyPath<Round, Double>,
    over base: KeyPath<Round, Double>
  ) throws -> Measurement {
    let rounds = try workbench.once("rounds of store operations") {
      try self.rounds(repetition, StoreOperations(workbench).round)
    }
    return measurement(rounds, value, over: base)
  }

  /// What an operation comes to, round for round.
  static func rounds<Round>(_ repetition: Repetition, _ round: () throws -> Round) throws -> [Round] {
    var rounds: [Round] = []
    try repetition { _ in rounds.append(try round()) }
    return rounds
  }

  /// One thing that rounds have measured, in seconds, over another.
  static func measurement<Round>(
    _ rounds: [Round], _ value: KeyPath<Round, Double>, over base: KeyPath<Round, Double>
  ) -> Measurement {
    var samples = PairedSamples(.microseconds)
    for round in rounds { samples.add(round[keyPath: value], over: round[keyPath: base]) }
    return Measurement(samples)
  }
}
