import Testing

@testable import GnuTLSResumption
@testable import ScriptableTLSServer

@Suite("Lifetimes (RFC 8446, section 4.6.1)")
struct LifetimeTests {
  private static let week: Int64 = 7 * 24 * 3600

  @Test("a ticket of lifetime 0 is not stored, and the outcome says so")
  func zero() throws {
    var script = ServerScript()
    script.tickets.announcedLifetime = 0
    let client = try Client(script)
    let outcome = try client.visit()
    #expect(outcome.ticketsReceived == 2)
    #expect(outcome.ticketsStored == 0)
    #expect(outcome.notStored == [.zeroLifetime: 2])
    #expect(try client.store.count().records == 0)
  }

  @Test("a ticket is offered up to its lifetime, and not after", arguments: [(90, true), (101, false)])
  func ofTicket(age: Int64, isResumed: Bool) throws {
    var script = ServerScript()
    script.tickets.announcedLifetime = 100
    let client = try Client(script)
    try client.visit()
    client.clock.advance(seconds: age)
    let outcome = try client.visit()
    #expect(outcome.isResumed == isResumed)
    #expect(outcome.reason == (isResumed ? nil : .expired))
  }

  @Test("a ticket that claims to live for a month is kept for a week at most")
  func weekAtMost() throws {
    var script = ServerScript()
    script.tickets.announcedLifetime = 30 * 24 * 3600
    let client = try Client(script)
    try client.visit()
    client.clock.advance(seconds: Self.week + 1)
    #expect(try client.visit().reason == .expired)
  }

  @Test("a TLS 1.2 session is kept for a day at most", arguments: [Mode.tls12Ticket, .tls12SessionID])
  func dayAtMost(mode: Mode) throws {
    var script = mode.script
    script.tickets.lifetime = 604_800
    let client = try Client(script)
    try client.visit()
    client.clock.advance(seconds: 24 * 3600 - 10)
    #expect(try client.visit().isResumed)
    client.clock.advance(seconds: 11)
    #expect(try client.visit().reason == .expired)
  }

  @Test("a clock set back expires what is from the future", arguments: Mode.allCases)
  func clockSetBack(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    client.clock.advance(seconds: -3600)
    #expect(try client.visit().reason == .expired)
  }

  @Test("a week after the full handshake none of its resumptions' tickets is offered")
  func weekSinceFullHandshake() {
    let full: Int64 = 1_000_000
    let issued = full + Self.week - 60
    #expect(Lifetime.expiry(issued: issued, lifetime: 7200, fullHandshake: full) == full + Self.week)
    #expect(Lifetime.isLive(issued: issued, lifetime: 7200, fullHandshake: full, now: full + Self.week - 1))
    #expect(!Lifetime.isLive(issued: issued, lifetime: 7200, fullHandshake: full, now: full + Self.week))
  }

  @Test("resumptions don't renew the week: the chain's tickets all end with it")
  func chainOfResumptions() throws {
    var script = ServerScript()
    script.tickets.announcedLifetime = 604_800
    let client = try Client(script)
    try client.visit()
    let first = try client.latestExpiry()
    client.clock.advance(seconds: 1000)
    #expect(try client.visit().isResumed)
    #expect(try client.latestExpiry() == first)
  }

  @Test("a lifetime nobody saw is two hours, TLS 1.2's unspecified one a day")
  func defaults() {
    #expect(Lifetime.ofTicket(nil) == 7200)
    #expect(Lifetime.ofSession(nil) == 86_400)
    #expect(Lifetime.ofSession(NewSessionTicket(parsingTLS12: [0, 0, 0, 0, 0, 1, 9])) == 86_400)
    #expect(Lifetime.ofSession(NewSessionTicket(parsingTLS12: [0, 0, 0, 5, 0, 1, 9])) == 5)
  }
}
