import GnuTLSResumption
import ScriptableTLSServer
import SessionTickets
import Testing

@Suite("A connection resumes")
struct ResumptionTests {
  @Test("a second connection resumes under TLS 1.3, and the server agrees")
  func tls13() throws {
    let client = try Client()
    let first = try client.exchange()
    #expect(first.reason == .noTicket)
    #expect(first.ticketsReceived == 2)
    #expect(first.ticketsStored == 2)
    let second = try client.exchange()
    #expect(second.reason == nil)
    #expect(client.server.connections.map(\.isResumed) == [false, true])
  }
}
