import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("Servers whose store is gone or slow")
struct ServerStoreTroubleTests {
  @Test("without the store the server goes on with keys of its own, says so once, and publishes them when it can")
  func storeGone() throws {
    let clock = StandingClock()
    let store = SwitchedStore(base: MemoryStore(role: .server))
    let fleet = Fleet(store, slotLength: 100, lifetime: 600)
    let server = try fleet.server(clock: { clock.now })
    var client = ServedClient()
    #expect(try !client.visit(server))
    store.isGone = true
    for _ in 0..<5 {
      try clock.run { () throws in #expect(try client.visit(server)) }
      clock.advance(seconds: 100)
      server.refresh()
    }
    var late = ServedClient()
    try clock.run { () throws in #expect(try !late.visit(server)) }
    #expect(!server.isShared)
    #expect(fleet.events.all.filter { $0.contains("can't be used") }.count == 1)
    #expect(fleet.events.has("no other server has"))
    store.isGone = false
    server.refresh()
    #expect(server.isShared && fleet.events.has("can be used again"))
    let other = try fleet.server(clock: { clock.now })
    try clock.run { () throws in #expect(try late.visit(other)) }
  }

  @Test("a handshake waits for a store that is slow once, and then leaves it alone for a while")
  func slowStore() throws {
    let store = SwitchedStore(base: MemoryStore(role: .server))
    var fleet = Fleet(store)
    fleet.options.patience = 5
    store.delay = 20_000
    let server = try fleet.server()
    var client = ServedClient()
    #expect(try !client.visit(server))
    let calls = store.calls
    #expect(calls > 0 && calls < 12, "no older slot is asked for when time is over")
    store.isGone = true
    for _ in 0..<5 { #expect(try client.visit(server)) }
    #expect(store.calls == calls)
  }

  @Test("a handshake waits no longer than it may, however many calls of the store it would take")
  func limitedTime() throws {
    let store = TimedStore(MemoryStore(role: .server), delay: 1_000)
    var fleet = Fleet(store)
    fleet.options.patience = 50
    let server = try fleet.server()
    #expect(server.key(opening: [], in: try #require(HostContext("localhost"))) != nil)
    #expect(store.waited < 100)
  }

  @Test("nor for the removal of all keys that have ended since the last client came")
  func longAbsence() throws {
    let clock = StandingClock()
    let base = MemoryStore(role: .server)
    let store = TimedStore(base, delay: 0)
    var fleet = Fleet(store, slotLength: 10, lifetime: 600)
    fleet.options.patience = 200
    let server = try fleet.server(clock: { clock.now })
    for _ in 0..<40 {
      server.refresh()
      clock.advance(seconds: 10)
    }
    clock.advance(seconds: 86_400)
    store.delay.withLock { $0 = 40 }
    #expect(server.key(opening: [], in: try #require(HostContext("localhost"))) != nil)
    #expect(store.waited < 400)
    server.refresh()
    #expect(try base.count().sessions == 2, "of this slot and the next")
  }
}
