import GnuTLSResumption
import ScriptableTLSServer
import SessionTickets
import Testing

@Suite("The bounded drain on close")
struct DrainTests {
  @Test("without a drain, tickets that haven't come are lost; with it, they are kept")
  func brings() throws {
    var script = ServerScript()
    script.tickets.delay = 20
    var client = try Client(script)
    client.configuration.drain = .none
    #expect(try client.visit().ticketsStored == 0)
    client.configuration.drain = .patient
    #expect(try client.visit().ticketsStored == 2)
  }

  @Test("a server that never answers close_notify is waited for no longer than the limit")
  func bounded() throws {
    var script = ServerScript()
    script.tickets.count = 0
    script.ending = Ending(.afterClient, closeNotify: .withheld)
    var client = try Client(script)
    client.configuration.drain = .paced
    let connection = try client.connect()
    let elapsed = ContinuousClock().measure { connection.close() }
    #expect(elapsed >= .milliseconds(60))
    // An upper bound far above the limit of 60 ms: this is about not hanging.
    #expect(elapsed < .seconds(5))
  }

  @Test("a server without tickets is waited for twice, then not for an hour")
  func givesUp() throws {
    var script = ServerScript()
    script.tickets.count = 0
    script.ending = Ending(.afterClient, closeNotify: .withheld)
    var client = try Client(script)
    // So long that a wait can't be mistaken for slowness.
    client.configuration.drain = .atMost(milliseconds: 1500)
    func wait() throws -> Duration {
      let connection = try client.connect()
      return ContinuousClock().measure { connection.close() }
    }
    #expect(try wait() >= .milliseconds(1500))
    #expect(try wait() >= .milliseconds(1500))
    #expect(try wait() < .milliseconds(1500))
    client.clock.advance(seconds: 3_601)
    #expect(try wait() >= .milliseconds(1500))
    #expect(try wait() < .milliseconds(1500))
  }

  @Test("tickets, once they come again, end the doubt")
  func recovers() throws {
    var script = ServerScript()
    script.tickets.count = 0
    let client = try Client(script)
    try client.visit()
    try client.visit()
    client.server.update {
      $0.tickets.count = 2
      $0.tickets.moment = .afterFirstData
    }
    #expect(try client.exchange().ticketsStored == 2)
    client.server.update { $0.tickets.moment = .afterHandshake }
    #expect(try client.visit().isResumed)
    #expect(try client.store.count().tickets == 3)
  }
}
