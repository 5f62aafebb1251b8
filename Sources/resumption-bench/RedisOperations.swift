import BenchmarkReport
import CBenchmark
import Foundation
import RedisSessionTickets
import SessionTickets
import SessionTicketsLocking
import SessionTicketsTesting

/// The store on Redis over a Unix socket against the same scripts, sent and read in C: case 15.
final class RedisOperations {
  /// Medians of one round, in seconds.
  struct Round {
    let insert, rawInsert, take, rawTake: Double
  }

  private static let operations = 200
  private static let servers: UInt64 = 100

  private let server: RedisProcess
  private let store: RedisSessionTickets
  /// The same store, in another database of the server: what it sends is what C sends.
  private let recorded: RedisSessionTickets
  private let recorder: RecordedCommands
  private let raw: Int32
  private var number: UInt64 = 1 << 33

  init(_ workbench: Workbench) throws {
    server = try RedisProcess(workbench)
    let socket = server.socket
    var options = RedisOptions()
    options.claimLimit = 10_000
    options.keepLimit = 10_000
    let recorder = try RecordedCommands(socket)
    self.recorder = recorder
    raw = unsafe cbenchmark_connect(socket)
    store = RedisSessionTickets(try RedisURL("redis+unix://\(socket)"), options: options)
    let box = RecorderBox(recorder)
    options.addresses = { _ in [RedisAddress(bytes: [127, 0, 0, 1])].compactMap { $0 } }
    options.secureConnect = { _, _, _, _ in box.recorder }
    recorded = RedisSessionTickets(try RedisURL("rediss://recorder/1"), options: options)
    guard raw >= 0 else { throw Failure("no connection", errno: errno) }
    // Eight records in each shard.
    for store in [store, recorded] {
      for number in 0..<UInt64(8_000) {
        try store.insert(
          RecordFactory.record(number, byteCount: StoreOperations.recordSize),
          at: RecordFactory.place(server: 1_000_000 + number), now: StoreOperations.now)
      }
    }
  }

  deinit {
    close(raw)
  }

  func round() throws -> Round {
    var insert: [Double] = []
    var rawInsert: [Double] = []
    var take: [Double] = []
    var rawTake: [Double] = []
    for _ in 0..<Self.operations {
      number += 1
      let record = RecordFactory.record(number, byteCount: StoreOperations.recordSize)
      let place = RecordFactory.place(server: number % Self.servers)
      _ = recorder.take()
      try recorded.insert(record, at: place, now: StoreOperations.now)
      let insertion = recorder.take()
      try Self.take(recorded, place)
      let taking = recorder.take()
      insert.append(
        try seconds { () throws(StoreError) in try store.insert(record, at: place, now: StoreOperations.now) })
      take.append(try seconds { () throws(StoreError) in try Self.take(store, place) })
      rawInsert.append(try seconds { () throws(StoreError) in try ask(insertion) })
      rawTake.append(try seconds { () throws(StoreError) in try ask(taking) })
    }
    return Round(
      insert: Self.median(insert), rawInsert: Self.median(rawInsert), take: Self.median(take),
      rawTake: Self.median(rawTake))
  }

  private static func take(_ store: RedisSessionTickets, _ place: StoreKey) throws(StoreError) {
    guard case .claimed = try store.take(from: place, now: StoreOperations.now) else {
      throw StoreError(.unavailable, "a ticket that was inserted can't be taken", place: "")
    }
  }

  private func ask(_ commands: [[UInt8]]) throws(StoreError) {
    for command in commands where unsafe cbenchmark_ask(raw, command, command.count) < 0 {
      throw StoreError(.unavailable, "the server doesn't answer C", place: "", errno: errno)
    }
  }

  private static func median(_ values: [Double]) -> Double { Interval(values)?.median ?? 0 }

  /// What the server says of itself.
  func information(_ field: String) throws -> Double {
    let question = [try Products.installed("redis-cli"), "-s", server.socket, "INFO", "everything"]
    let result = try Launcher.start(Command(words: question), isCaptured: true)
    let lines = try result.finish().output.split(whereSeparator: \.isNewline)
    let line = lines.first { $0.hasPrefix("\(field):") }
    guard let value = line.flatMap({ Double($0.dropFirst(field.count + 1)) }) else { throw Failure("no \(field)") }
    return value
  }

  /// Memory that one ticket more takes, in bytes.
  func memoryOfATicket() throws -> Double {
    let count = 4_000
    let before = try information("used_memory")
    for number in 0..<UInt64(count) {
      try store.insert(
        RecordFactory.record(number, byteCount: StoreOperations.recordSize),
        at: RecordFactory.place(server: 1_000_000 + number, identity: 2), now: StoreOperations.now)
    }
    let memory = (try information("used_memory") - before) / Double(count)
    _ = try store.purgeExpired(now: WallTime(seconds: StoreOperations.now.seconds + 30 * 86_400))
    return memory
  }

  /// What one ticket's insertion and take send to and fro, in bytes.
  func trafficOfATicket() throws -> Double {
    let count = 1_000
    let place = RecordFactory.place(server: 7)
    func traffic() throws -> Double {
      try information("total_net_input_bytes") + information("total_net_output_bytes")
    }
    // Asking for it is traffic too: how much, the second time tells.
    let first = try traffic()
    let second = try traffic()
    for _ in 0..<count {
      number += 1
      try store.insert(
        RecordFactory.record(number, byteCount: StoreOperations.recordSize), at: place, now: StoreOperations.now)
      try Self.take(store, place)
    }
    return (try traffic() - second - (second - first)) / Double(count)
  }
}

/// Hands a recorder to a closure that any thread might call; here one does.
private final class RecorderBox: @unchecked Sendable {
  let recorder: RecordedCommands
  init(_ recorder: RecordedCommands) { self.recorder = recorder }
}

extension Plan {
  private typealias Round = RedisOperations.Round

  static let redisOperations = [
    Plan(name: "15", title: "Redis: take of 2 kB, over the same scripts in C", goal: .atMost(1.3), pairs: 31) {
      try redisRounds($0, $1, \.take, over: \.rawTake)
    },
    Plan(name: "15", title: "Redis: insert of 2 kB, over the same script in C", goal: .atMost(1.3), pairs: 31) {
      try redisRounds($0, $1, \.insert, over: \.rawInsert)
    },
    Plan(name: "15", title: "Redis: memory of a ticket of 2 kB, over its bytes", pairs: 1) { workbench, _ in
      let memory = try redis(workbench).memoryOfATicket()
      return Measurement([memory / Double(StoreOperations.recordSize)], note: "\(Int(memory)) bytes")
    },
    Plan(name: "15", title: "Redis: what is sent for a ticket of 2 kB, over its bytes", pairs: 1) { workbench, _ in
      let traffic = try redis(workbench).trafficOfATicket()
      return Measurement(
        [traffic / Double(StoreOperations.recordSize)],
        note: "\(Int(traffic)) bytes to and fro, for an insertion and a take")
    },
  ]

  private static func redis(_ workbench: Workbench) throws -> RedisOperations {
    try workbench.once("Redis") { try RedisOperations(workbench) }
  }

  private static func redisRounds(
    _ workbench: Workbench, _ repetition: Repetition, _ value: KeyPath<Round, Double>, over base: KeyPath<Round, Double>
  ) throws -> Measurement {
    let rounds = try workbench.once("rounds of operations on Redis") {
      try self.rounds(repetition, redis(workbench).round)
    }
    return measurement(rounds, value, over: base)
  }
}
