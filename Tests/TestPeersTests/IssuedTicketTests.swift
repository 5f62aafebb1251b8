import ScriptableTLSServer
import TestPeers
import Testing

/// What the scriptable server remembers of what it gave out: by that, an offer is traced to the connection it came from.
@Suite(.needs(.openssl)) struct IssuedTicketTests {
  typealias Tickets = ScriptableServerTicketTests

  @Test func aTLS13TicketIsTracedToItsConnection() throws {
    let seen = try Tickets.connectTwice(try Tickets.server())
    #expect(seen.map(\.issuedTickets.count) == [2, 2])
    let offered = try #require(seen.last?.clientHello?.pskIdentities.first?.identity)
    #expect(seen[0].issuedTickets.contains(offered) && !seen[1].issuedTickets.contains(offered))
  }

  @Test func aTLS12TicketIsTracedToItsConnection() throws {
    let seen = try Tickets.connectTwice(try Tickets.server { $0.versions = .tls12 })
    #expect(seen[0].issuedTickets.count == 1 && seen[0].issuedTickets.first == seen[1].clientHello?.tls12Ticket)
  }

  @Test func aTLS12SessionIDIsTracedToItsConnection() throws {
    let server = try Tickets.server {
      $0.versions = .tls12
      $0.tls12Resumption = .sessionIDs
    }
    let seen = try Tickets.connectTwice(server, ["-tls1_2"])
    #expect(seen[0].issuedTickets.isEmpty && !seen[0].sessionID.isEmpty)
    #expect(seen[1].clientHello?.legacySessionID == seen[0].sessionID)
  }
}
