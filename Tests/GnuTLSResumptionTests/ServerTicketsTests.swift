import Dispatch
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Tickets of servers")
struct ServerTicketsTests {
  @Test("a session of one server is resumed by another that has only the store in common", arguments: Mode.allCases)
  func shared(mode: Mode) throws {
    let fleet = Fleet()
    let (first, second) = (try fleet.server(), try fleet.server())
    var client = ServedClient(mode)
    #expect(try !client.visit(first))
    for server in [second, first, second, second] { #expect(try client.visit(server)) }
    #expect(first.isShared && second.isShared)
  }

  @Test("without the store, or with another key, in common, nothing is resumed", arguments: Mode.allCases)
  func strangers(mode: Mode) throws {
    let fleet = Fleet()
    var client = ServedClient(mode)
    #expect(try !client.visit(fleet.server()))
    #expect(try !client.visit(Fleet().server()))
    client.forget()
    #expect(try !client.visit(fleet.server()))
    #expect(try !client.visit(fleet.server(key: Fleet.masterKey(9))))
  }

  @Test("of any number of servers that start at once, all seal with the same key")
  func oneKey() throws {
    let folder = try TemporaryFolder()
    for round in 0..<10 {
      let servers = try (0..<6).map { _ in
        try Fleet(DirectoryStore(path: folder.file("\(round)"), role: .server)).server()
      }
      DispatchQueue.concurrentPerform(iterations: servers.count) { servers[$0].refresh() }
      // Whoever has read while another was withdrawn looks again.
      for server in servers { server.refresh() }
      let now = WallTime.now()
      for slot in [servers[0].calendar.slot(at: now), servers[0].calendar.slot(at: now) + 1] {
        let keys = try servers.map { server in
          try #require(server.state.withLock { $0.keys.sealing(slot) }).key
        }
        #expect(keys.allSatisfy { $0.isSame(as: keys[0]) })
      }
    }
  }

  @Test("the next slot's key is there before it begins")
  func ahead() throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 100, lifetime: 600)
    let server = try fleet.server(clock: { clock.now })
    server.refresh()
    #expect(try fleet.store.count().sessions == 2)
    let key = try #require(server.state.withLock { $0.keys.sealing(server.calendar.slot(at: clock.now) + 1) })
    clock.advance(seconds: 100)
    let other = try fleet.server(clock: { clock.now })
    other.refresh()
    let found = try #require(other.state.withLock { $0.keys.sealing(other.calendar.slot(at: clock.now)) })
    #expect(found.key.isSame(as: key.key))
  }

  @Test("what the store has in a key's place, and isn't one, is replaced")
  func damaged() throws {
    let fleet = Fleet()
    try fleet.server().refresh()
    let key = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    try fleet.store.forEachRecord { summary in
      // Sealed under the right key, for the right place, and another purpose.
      let record = try? RecordSeal.seal(
        [1, 2, 3], kind: .session, expiry: summary.expiry, identity: summary.key.place.identity, key: key,
        id: summary.key.id)
      _ = try? fleet.store.remove(summary.key, because: .explicit)
      if let record { try? fleet.store.insert(record, at: summary.key.place, now: .now()) }
      return true
    }
    let (first, second) = (try fleet.server(), try fleet.server())
    var client = ServedClient()
    #expect(try !client.visit(first))
    #expect(try client.visit(second))
  }

  @Test("a store that loses the keys gets them again")
  func lost() throws {
    let fleet = Fleet()
    let server = try fleet.server()
    var client = ServedClient()
    #expect(try !client.visit(server))
    for key in try fleet.store.fold([RecordKey](), { $0 + [$1.key] }) { try fleet.store.remove(key, because: .evicted) }
    server.refresh()
    #expect(try client.visit(fleet.server()))
  }

  @Test("what was removed from the store on purpose is accepted by nobody any more")
  func revoked() throws {
    let fleet = Fleet()
    let (first, second) = (try fleet.server(), try fleet.server())
    var client = ServedClient()
    #expect(try !client.visit(first))
    #expect(try client.visit(second))
    try fleet.store.removeAll()
    first.refresh()
    second.refresh()
    #expect(fleet.events.has("no ticket of before"))
    #expect(try !client.visit(first))
    #expect(try client.visit(second))
  }

  @Test("a key that was drawn by itself meets another's later: it opens, and the other seals")
  func twoKeys() throws {
    let store = SwitchedStore(base: MemoryStore(role: .server))
    let fleet = Fleet(store)
    store.isGone = true
    let alone = try fleet.server()
    var client = ServedClient()
    #expect(try !client.visit(alone))
    store.isGone = false
    let other = try fleet.server()
    other.refresh()
    alone.refresh()
    #expect(try client.visit(alone), "its own ticket")
    var fresh = ServedClient()
    #expect(try !fresh.visit(alone))
    #expect(try fresh.visit(other), "a new one")
  }

  @Test("a closed one gives no tickets, and holds no keys")
  func closed() throws {
    let server = try Fleet().server()
    var client = ServedClient()
    #expect(try !client.visit(server))
    server.close()
    #expect(try !client.visit(server))
    #expect(client.codes == [0, 0])
    #expect(server.state.withLock { $0.keys.all.isEmpty && $0.names.isEmpty && $0.derived.isEmpty })
  }

  @Test("numbers that can't be meant become ones that can")
  func options() {
    let calendars = [
      SlotCalendar(length: 0, lifetime: 0, tolerance: -1), SlotCalendar(length: .min, lifetime: .min, tolerance: .min),
      SlotCalendar(length: .max, lifetime: .max, tolerance: .max),
      SlotCalendar(length: 1, lifetime: 604_800, tolerance: 1_000),
    ]
    for calendar in calendars {
      #expect(calendar.length >= 1 && (1...604_800).contains(calendar.lifetime))
      #expect((0...calendar.length).contains(calendar.tolerance))
      for time in [WallTime.now(), WallTime(seconds: .min), WallTime(seconds: .max)] {
        let live = calendar.live(at: time)
        #expect(live.contains(calendar.slot(at: time)) && live.count <= 64)
        #expect(calendar.expiry(of: live.lowerBound) > max(0, time.seconds))
        #expect(live.lowerBound == 0 || calendar.expiry(of: live.lowerBound - 1) <= time.seconds)
      }
      #expect(calendar.expiry(of: .max) == .max)
    }
  }
}
