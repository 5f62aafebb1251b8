import Foundation
import RedisSessionTickets
import SessionTickets
import SessionTicketsLocking
import SessionTicketsTesting
import Synchronization
import TestPeers
import Testing

@Suite("Other primaries, and what they still have")
struct FailoverTests {
  private static let place = RecordFactory.place()

  private func store(_ server: RedisServer) throws -> RedisSessionTickets {
    RedisSessionTickets(try RedisURL(server.networkURL), options: RedisTrial.patient)
  }

  private func taken(_ store: any TicketStore, _ place: StoreKey = place) throws -> RecordID? {
    switch try store.take(from: place, now: RecordFactory.start) {
    case .claimed(let claim): claim.key.id
    case .miss: nil
    }
  }

  private func wait(_ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !condition() {
      guard ContinuousClock.now < deadline else { throw PeerError("it doesn't come to pass") }
      usleep(2_000)
    }
  }

  @Test("A replica gives nothing, also one that may be written to", .needs(.redis), arguments: ["yes", "no"])
  func replica(isReadOnly: String) throws {
    let primary = try RedisServer()
    var options = RedisServer.Options()
    options.primary = primary.port
    options.extra = ["--replica-read-only", isReadOnly]
    let replica = try RedisServer(options)
    try store(primary).insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    try wait { try replica.run(["DBSIZE"]) == "1" }
    let copy = try store(replica)
    for call: (RedisSessionTickets) throws -> Void in [
      { _ = try $0.take(from: Self.place, now: RecordFactory.start) },
      { try $0.insert(RecordFactory.record(2), at: Self.place, now: RecordFactory.start) },
      { _ = try $0.generation() }, { _ = try $0.count() },
    ] {
      let error = #expect(throws: StoreError.self) { try call(copy) }
      #expect(error?.description.contains("replica") == true)
    }
    #expect(try taken(store(primary)) == RecordFactory.id(1))
  }

  @Test("A promoted replica gives nothing that came to its primary, and takes in anew", .needs(.redis))
  func promoted() throws {
    let primary = try RedisServer()
    var options = RedisServer.Options()
    options.primary = primary.port
    let replica = try RedisServer(options)
    let before = try store(primary)
    try before.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    let generation = try before.generation()
    try wait { try replica.run(["DBSIZE"]) == "2" }
    // It goes on, cut off from the other.
    try replica.run(["REPLICAOF", "NO", "ONE"])
    let after = try store(replica)
    #expect(try taken(after) == nil)
    #expect(throws: StoreError.self) {
      try after.insert(RecordFactory.record(2), at: Self.place, generation: generation, now: RecordFactory.start)
    }
    try after.insert(RecordFactory.record(3), at: Self.place, now: RecordFactory.start)
    #expect(try taken(after) == RecordFactory.id(3))
    #expect(try taken(before) == RecordFactory.id(1))
    // Demoted, and promoted again: another epoch once more.
    try after.insert(RecordFactory.record(4), at: Self.place, now: RecordFactory.start)
    try replica.run(["REPLICAOF", "127.0.0.1", "\(primary.port)"])
    try wait { try replica.information("master_link_status") == "up" }
    try before.insert(RecordFactory.record(5), at: Self.place, now: RecordFactory.start)
    try replica.run(["REPLICAOF", "NO", "ONE"])
    #expect(try taken(after) == nil)
  }

  @Test(
    "A restarted server gives nothing of before, from a log or a snapshot", .needs(.redis), arguments: [true, false])
  func restarted(hasLog: Bool) throws {
    var options = RedisServer.Options()
    options.isPersistent = hasLog
    let server = try RedisServer(options)
    // Else what is written may wait for two seconds, while another thread syncs.
    try server.run(["CONFIG", "SET", "appendfsync", "always"])
    // One with a replica keeps its replication id in a snapshot.
    options.isPersistent = false
    options.primary = server.port
    let replica = try RedisServer(options)
    try wait { try replica.information("master_link_status") == "up" }
    let store = try store(server)
    try store.insert(RecordFactory.record(1), at: Self.place, now: RecordFactory.start)
    let generation = try store.generation()
    // Again while the replica is still being sent one.
    if !hasLog { try wait { try server.run(["SAVE"]) == "OK" } }
    #expect(try taken(store) == RecordFactory.id(1))
    try server.restart()
    #expect(try server.run(["DBSIZE"]) == "2", "the server has what it had")
    #expect(try taken(store) == nil)
    #expect(try store.generation() != generation)
    try store.insert(RecordFactory.record(2), at: Self.place, now: RecordFactory.start)
    #expect(try taken(store) == RecordFactory.id(2))
  }

  /// `GNUTLS_RESUMPTION_FAILOVERS` says how often.
  private static let turns = ProcessInfo.processInfo.environment["GNUTLS_RESUMPTION_FAILOVERS"].flatMap(Int.init) ?? 20

  @Test("Primaries killed in mid-run, replicas promoted: no ticket is given twice", .needs(.redis))
  func killedAgainAndAgain() throws {
    var primary = try RedisServer()
    let servers = try (0..<2).map { _ in try RedisServer() }
    var spare = servers[0]
    var given: [RecordID: Int] = [:]
    var number: UInt64 = 0
    var lost = 0
    var foundOld = 0
    for turn in 0..<Self.turns {
      try spare.run(["REPLICAOF", "127.0.0.1", "\(primary.port)"])
      try wait { try spare.information("master_link_status") == "up" }
      let run = FailoverRun(url: try RedisURL(primary.networkURL), first: number)
      number += FailoverRun.mostInserted
      // In the midst of it; or after a time in which both were primaries, each for those who reached it.
      run.waitForTakes(Int.random(in: 1...200))
      if turn.isMultiple(of: 2) {
        try spare.run(["REPLICAOF", "NO", "ONE"])
        run.waitForTakes(20)
      }
      primary.kill()
      let result = run.end()
      try spare.run(["REPLICAOF", "NO", "ONE"])
      // Everybody comes to the other now.
      foundOld += Int(try spare.run(["EVAL", Self.countOfFields, "0"])) ?? 0
      let store = try store(spare)
      var again: [RecordID] = []
      for identity in 0..<FailoverRun.places {
        while let id = try taken(store, RecordFactory.place(server: identity)) { again.append(id) }
      }
      for id in result.given + again { given[id, default: 0] += 1 }
      lost += result.inserted - result.given.count - again.count
      try primary.restart()
      (primary, spare) = (spare, primary)
    }
    #expect(given.values.allSatisfy { $0 == 1 }, "tickets that were given twice: \(given.count { $0.value > 1 })")
    print("\(Self.turns) failovers: \(given.count) tickets given, \(lost) lost, \(foundOld) left on replicas")
    #expect(foundOld > 0, "replicas have what they could give again")
  }

  /// How many tickets lie in the shards of a server, whatever its scripts think of them.
  private static let countOfFields = """
    local count = 0
    for _, key in ipairs(redis.call('KEYS', '*{*')) do count = count + redis.call('HLEN', key) - 1 end
    return count
    """
}

/// Threads that insert and take while their server dies.
private final class FailoverRun: Sendable {
  static let mostInserted: UInt64 = 1_000_000
  static let places: UInt64 = 8

  struct Result {
    var inserted = 0
    var given: [RecordID] = []
  }

  private let result = Lock(Result())
  private let isOver = Atomic(false)
  private let running = Atomic<Int>(0)

  init(url: RedisURL, first: UInt64) {
    var options = RedisOptions()
    options.keepLimit = 1_000
    options.claimLimit = 1_000
    let store = RedisSessionTickets(url, options: options)
    start {
      var number = first
      while !self.isOver.load(ordering: .acquiring), number < first + Self.mostInserted {
        number += 1
        let place = RecordFactory.place(server: number % Self.places)
        do {
          try store.insert(RecordFactory.record(number, byteCount: 200), at: place, now: RecordFactory.start)
          self.result.withLock { $0.inserted += 1 }
        } catch { break }
      }
    }
    for taker in 0..<2 as Range<UInt64> {
      start {
        var turn = taker
        while !self.isOver.load(ordering: .acquiring) {
          turn += 1
          do {
            let place = RecordFactory.place(server: turn % Self.places)
            if case .claimed(let claim) = try store.take(from: place, now: RecordFactory.start) {
              let id = claim.key.id
              self.result.withLock { $0.given.append(id) }
            }
          } catch { break }
        }
      }
    }
  }

  private func start(_ body: @escaping @Sendable () -> Void) {
    running.add(1, ordering: .sequentiallyConsistent)
    Thread.detachNewThread {
      body()
      self.running.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// Waits until that many more were given.
  func waitForTakes(_ count: Int) {
    let wanted = result.withLock { $0.given.count } + count
    let deadline = ContinuousClock.now + .seconds(10)
    while result.withLock({ $0.given.count }) < wanted, ContinuousClock.now < deadline { usleep(200) }
  }

  func end() -> Result {
    isOver.store(true, ordering: .releasing)
    while running.load(ordering: .sequentiallyConsistent) > 0 { usleep(500) }
    return result.withLock { $0 }
  }
}
