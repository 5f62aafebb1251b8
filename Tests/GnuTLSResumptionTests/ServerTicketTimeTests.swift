import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Keys of servers' tickets, as time goes by")
struct ServerTicketTimeTests {
  @Test(
    "slots of 2 seconds, lifetimes of 60, four clients, two servers whose clocks are a second apart: no resumption is missed"
  )
  func slots() throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 2, lifetime: 60)
    let early = try fleet.server(clock: { clock.now })
    let late = try fleet.server(clock: { clock.now.advanced(bySeconds: -1) })
    var generator = SplitMix(seed: 13)
    // Of each second, what each of the clients got in a full handshake.
    var kept: [[ServedClient]] = []
    for second in 0..<130 {
      try clock.run {
        for server in [early, late] where second % 3 == 0 { server.refresh() }
        let modes: [Mode] = [.tls13, .tls13, .tls12Ticket, .tls12SessionID]
        var fresh = modes.map { ServedClient($0) }
        for index in fresh.indices {
          #expect(try !fresh[index].visit(generator.next() % 2 == 0 ? early : late))
        }
        kept.append(fresh)
        for age in [1, 2, 3, 31, 59, 60] where age <= second {
          for client in kept[second - age] {
            var client = client
            let isResumed = try client.visit(generator.next() % 2 == 0 ? early : late)
            // A session by id expires by the server's own clock, which may be the early one.
            if client.mode != .tls12SessionID || age < 59 { #expect(isResumed, "\(client.mode) after \(age) s") }
          }
        }
        if second >= 62 {
          for client in kept[second - 62] {
            var client = client
            #expect(try !client.visit(generator.next() % 2 == 0 ? early : late))
          }
        }
      }
      clock.advance(seconds: 1)
    }
    // Not all keys there ever were: of the live slots, and a few that end with the next refreshing.
    #expect(try fleet.store.count().records <= 36)
  }

  @Test(
    "a chain of resumptions ends when the first session would have, whichever slots it goes through",
    arguments: Mode.allCases)
  func chain(mode: Mode) throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 10, lifetime: 60)
    let server = try fleet.server(clock: { clock.now })
    var client = ServedClient(mode)
    var resumed: [Bool] = []
    for _ in 0..<8 {
      try clock.run { try resumed.append(client.visit(server)) }
      clock.advance(seconds: 9)
    }
    #expect(resumed == [false, true, true, true, true, true, true, false])
  }

  @Test("keys of a time that was only a clock's mistake are forgotten with it, and what was made of them")
  func clockAhead() throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 100, lifetime: 600)
    let server = try fleet.server(clock: { clock.now })
    server.refresh()
    clock.advance(seconds: 30 * 86_400)
    var clients = [ServedClient(.tls13), ServedClient(.tls12Ticket)]
    for index in clients.indices { try clock.run { () throws in #expect(try !clients[index].visit(server)) } }
    clock.advance(seconds: -30 * 86_400)
    for index in clients.indices { try clock.run { () throws in #expect(try !clients[index].visit(server)) } }
    let live = server.calendar.live(at: clock.now)
    #expect(server.state.withLock { $0.keys.slots.keys.allSatisfy { live.contains($0) } })
    #expect(server.state.withLock { $0.derived.keys.allSatisfy { live.contains($0.slot.slot) } })
  }

  @Test("GnuTLS's own change of keys loses no ticket")
  func periods() throws {
    let clock = StandingClock()
    // Slots so long that only GnuTLS changes keys, every three minutes.
    let fleet = Fleet(slotLength: 604_800, lifetime: 60)
    let server = try fleet.server(clock: { clock.now })
    for _ in 0..<8 {
      for mode in [Mode.tls13, .tls12Ticket] {
        var client = ServedClient(mode)
        try clock.run { () throws in #expect(try !client.visit(server)) }
        clock.advance(seconds: 55)
        try clock.run { () throws in #expect(try client.visit(server)) }
        clock.advance(seconds: -55)
      }
      clock.advance(seconds: 55)
    }
  }

  @Test("the keys of ended slots leave the store and the process, also when only a client comes")
  func ended() throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 100, lifetime: 200)
    let (server, idle) = (try fleet.server(clock: { clock.now }), try fleet.server(clock: { clock.now }))
    server.refresh()
    idle.refresh()
    clock.advance(seconds: 2_000)
    server.refresh()
    #expect(try fleet.store.count().records == 2)
    #expect(server.state.withLock { $0.keys.all.count } == 2)
    #expect(fleet.events.has("its key is gone"))
    var client = ServedClient()
    try clock.run { () throws in #expect(try !client.visit(idle)) }
    #expect(idle.state.withLock { $0.keys.all.count } == 2)
  }

  @Test("nothing that was made of an ended key stays, of whichever context")
  func released() throws {
    let clock = StandingClock()
    let server = try Fleet(slotLength: 100, lifetime: 200).server(clock: { clock.now })
    for name in ["one.example", "two.example"] {
      var client = ServedClient(name: name)
      try clock.run { () throws in
        #expect(try !client.visit(server))
        #expect(try client.visit(server))
      }
    }
    weak let key = server.state.withLock { $0.keys.sealing(server.calendar.slot(at: clock.now))?.key }
    #expect(key != nil && server.state.withLock { $0.names.count == 2 && $0.derived.count == 2 })
    clock.advance(seconds: 2_000)
    server.refresh()
    #expect(key == nil && server.state.withLock { $0.names.isEmpty && $0.derived.isEmpty })
  }
}
