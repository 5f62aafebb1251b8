import RedisSessionTickets
import SessionTickets
import SessionTicketsLocking
import SessionTicketsTesting
import TestPeers
import Testing

@Suite("A cluster whose slots move", .serialized)
struct ClusterTests {
  @Test("Asked elsewhere while a slot moves, and sent there when it has moved", .needs(.redis))
  func movingSlot() throws {
    let cluster = try RedisCluster()
    let servers = cluster.servers
    // All in one shard: one key.
    let store = RedisSessionTickets(
      try RedisURL("\(servers[0].networkURL)?records=8"), options: RedisTrial.patient)
    let slot = try servers[0].run(["CLUSTER", "KEYSLOT", "gnutls-resume:client:{0/1}"])
    let ids = try servers.map { try $0.run(["CLUSTER", "MYID"]) }
    let from = try #require(Int(slot)) * 3 / 16_384
    let to = (from + 1) % 3
    let place = RecordFactory.place()
    try servers[to].run(["CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from]])
    try servers[from].run(["CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to]])
    // The key isn't at its old place: both servers are asked each time.
    let generation = try store.generation()
    try store.insert(RecordFactory.record(1), at: place, generation: generation, now: RecordFactory.start)
    #expect(try servers[from].run(["DBSIZE"]) != servers[to].run(["DBSIZE"]))
    guard case .claimed = try store.take(from: place, now: RecordFactory.start) else {
      Issue.record("a ticket of a slot that moves isn't found")
      return
    }
    try store.insert(RecordFactory.record(2), at: place, generation: generation, now: RecordFactory.start)
    for server in servers { try server.run(["CLUSTER", "SETSLOT", slot, "NODE", ids[to]]) }
    #expect(try store.count().tickets == 1)
    guard case .claimed = try store.take(from: place, now: RecordFactory.start) else {
      Issue.record("a ticket of a slot that has moved isn't found")
      return
    }
    let counters = try store.counters()
    #expect(counters.inserted == 2 && counters.taken == 2, "\(counters)")
  }

  @Test(
    "A record that came too late, and can't be taken back, may be there: nobody is told that it surely isn't",
    .needs(.redis))
  func notTakenBack() throws {
    let servers = try RedisCluster().servers
    for server in servers {
      try server.run(["ACL", "SETUSER"] + RedisDocumentation.rights(password: "x").filter { $0 != "+hdel" })
    }
    let whole = RedisSessionTickets(try RedisURL(servers[0].networkURL), options: RedisTrial.patient)
    let isArmed = Lock(false)
    var options = RedisTrial.patient
    options.addresses = { host in
      // Just before the record goes to a server that wasn't asked for anything yet, somebody removes another's.
      if isArmed.withLock({ $0 }) {
        isArmed.withLock { $0 = false }
        _ = try? whole.removeAll(server: RecordFactory.digest(0), because: .explicit)
      }
      return HostsFile.addresses(of: host)
    }
    let store = RedisSessionTickets(
      try RedisURL("redis://gnutls-resume:x@127.0.0.1:\(servers[0].port)"), options: options)
    let generation = try store.generation()
    isArmed.withLock { $0 = true }
    var number: UInt64 = 0
    while isArmed.withLock({ $0 }), number < 100 {
      number += 1
      let (place, record) = (RecordFactory.place(server: number), RecordFactory.record(number))
      do throws(StoreError) {
        try store.insert(record, at: place, generation: generation, now: RecordFactory.start)
      } catch {
        #expect(!error.leavesNothing && error.description.contains("rights"), "\(error)")
        #expect(try whole.read(RecordKey(place: place, id: record.header.id)) == record)
        return
      }
    }
    Issue.record("no insertion was too late")
  }

  @Test("A shard that was moved with its tickets gives none of them", .needs(.redis))
  func movedTickets() throws {
    let servers = try [RedisServer(), RedisServer()]
    let stores = try servers.map {
      RedisSessionTickets(try RedisURL("\($0.networkURL)?records=8"), options: RedisTrial.patient)
    }
    let place = RecordFactory.place()
    try stores[0].insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    let key = "gnutls-resume:client:{0/1}"
    #expect(try servers[0].run(["MIGRATE", "127.0.0.1", "\(servers[1].port)", key, "0", "5000", "COPY"]) == "OK")
    #expect(try servers[1].run(["EXISTS", key]) == "1")
    guard case .miss = try stores[1].take(from: place, now: RecordFactory.start) else {
      Issue.record("a copy gives what the original still has")
      return
    }
    guard case .claimed = try stores[0].take(from: place, now: RecordFactory.start) else {
      Issue.record("the original has nothing any more")
      return
    }
  }
}
