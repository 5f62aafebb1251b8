import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Asking for as many tickets as are needed")
struct TicketRequestTests {
  private static var honouring: ServerScript {
    var script = ServerScript()
    script.tickets.honoursRequests = true
    return script
  }

  @Test("four after a full handshake, one after a resumption: a primed client stores one a connection")
  func primed() throws {
    let client = try Client(Self.honouring)
    #expect(try client.visit().ticketsStored == 4)
    for _ in 0..<3 {
      let outcome = try client.visit()
      #expect(outcome.isResumed && outcome.ticketsReceived == 1 && outcome.ticketsStored == 1)
    }
    #expect(try client.store.count().tickets == 4)
    let seen = client.server.waitForConnections(4)
    #expect(seen.map(\.ticketsAnnounced) == [4, 1, 1, 1] && seen.map(\.ticketsSent) == [4, 1, 1, 1])
    let asked = seen.compactMap { $0.clientHello?.ticketRequest }
    #expect(asked.map(\.afterFullHandshake) == [4, 4, 4, 4] && asked.map(\.afterResumption) == [1, 1, 1, 1])
  }

  @Test("after a decline for all again, as the siblings go")
  func declined() throws {
    let client = try Client(Self.honouring)
    try client.visit()
    client.server.restart()
    let outcome = try client.visit()
    #expect(outcome.reason == .declined && outcome.ticketsStored == 4)
    #expect(try client.store.count().tickets == 4)
  }

  @Test("the configuration says how many, or that nothing is asked for", arguments: [(0, 1), (2, 2), (1000, 255)])
  func option(count: Int, asked: Int) throws {
    var script = Self.honouring
    script.tickets.count = 3
    var client = try Client(script)
    client.configuration.ticketRequests = .upTo(count)
    if asked < 4 { #expect(try client.visit().ticketsStored == asked) } else { try client.connect().close() }
    client.configuration.ticketRequests = .none
    client.server.restart()
    #expect(try client.visit().ticketsReceived == 3)
    let seen = client.server.waitForConnections(2)
    #expect(seen[0].clientHello?.ticketRequest?.afterFullHandshake == asked)
    #expect(seen[1].clientHello?.extensions.contains(58) == false && seen[1].ticketsAnnounced == nil)
  }

  @Test("nothing is asked for without resumption, without a store, or where TLS 1.3 isn't allowed")
  func notAsked() throws {
    let client = try Client(Self.honouring)
    var other = client
    other.configuration.resumption = nil
    try other.visit()
    other = client
    other.configuration.priority = "NORMAL:-VERS-TLS1.3"
    try other.visit()
    client.store.close()
    try client.visit()
    #expect(client.server.waitForConnections(3).allSatisfy { $0.clientHello?.extensions.contains(58) == false })
  }

  @Test("sessions that are attached to are as their program has made them")
  func attached() throws {
    let client = try Client(Self.honouring)
    try AttachTests.Application(client: client).run()
    #expect(client.server.waitForConnections(1)[0].clientHello?.extensions.contains(58) == false)
  }

  @Test("a server that doesn't know the question sends what it likes")
  func unknown() throws {
    let client = try Client()
    #expect(try client.visit().ticketsStored == 2)
    let seen = client.server.waitForConnections(1)[0]
    #expect(seen.clientHello?.ticketRequest != nil && seen.ticketsAnnounced == nil)
  }

  @Test("asked twice, the second ClientHello says the same")
  func retried() throws {
    var script = Self.honouring
    script.groups = ["SECP384R1"]
    let client = try Client(script)
    #expect(try client.visit().ticketsStored == 4)
    let hellos = client.server.waitForConnections(1)[0].clientHellos.map { ClientHelloSummary(parsing: $0) }
    #expect(hellos.count == 2 && hellos[0]?.ticketRequest != nil)
    #expect(hellos[0]?.ticketRequest == hellos[1]?.ticketRequest)
  }

  /// So long that it can't be mistaken for slowness.
  private static let longWait = 20_000.0

  private func closing(_ client: Client) throws -> Duration {
    let connection = try client.connect()
    return ContinuousClock().measure { connection.close() }
  }

  private func patient(_ script: ServerScript) throws -> Client {
    var script = script
    script.ending = Ending(.afterClient, closeNotify: .withheld)
    var client = try Client(script)
    client.configuration.drain = .atMost(milliseconds: Self.longWait)
    return client
  }

  @Test("closing waits for the announced number, also if the server never says goodbye")
  func closes() throws {
    let client = try patient(Self.honouring)
    #expect(try closing(client) < .milliseconds(Self.longWait))
    #expect(try client.store.count().tickets == 4)
  }

  @Test("closing waits no longer than before for tickets that are announced and don't come")
  func bounded() throws {
    var script = Self.honouring
    script.tickets.announcedCount = 5
    var client = try patient(script)
    client.configuration.drain = .atMost(milliseconds: 300)
    #expect(try closing(client) >= .milliseconds(300))
    #expect(try client.store.count().tickets == 4)
  }

  @Test("nobody waits for a server that announces none, nor takes it for one that never sends any")
  func none() throws {
    var script = Self.honouring
    script.tickets.announcedCount = 0
    script.tickets.delay = 30_000
    let client = try patient(script)
    for _ in 0..<3 { #expect(try closing(client) < .milliseconds(Self.longWait)) }
    client.server.update {
      $0.tickets.announcedCount = nil
      $0.tickets.delay = 0
    }
    #expect(try closing(client) < .milliseconds(Self.longWait))
    #expect(try client.store.count().tickets == 4)
  }

  @Test("an answer that isn't one byte ends the handshake, as RFC 8446 demands", arguments: [0, 2])
  func malformed(size: Int) throws {
    var script = Self.honouring
    script.tickets.answerSize = size
    let client = try Client(script)
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    #expect(error?.code == .handshake)
    #expect(error?.underlying?.code.rawValue == -9)  // GNUTLS_E_UNEXPECTED_PACKET_LENGTH: decode_error
  }

  @Test("a server's shared tickets come as they are asked for: 8 at most, and two to who doesn't ask")
  func servers() throws {
    let fleet = Fleet()
    let tickets = try fleet.server()
    let server = try TLSServer(
      certificates: [Client.certificate("ecdsa")],
      provider: unsafe TicketProvider(
        prepare: { session in
          do { unsafe try tickets.attach(to: session, sendsOnRequest: true) } catch { return -1 }
          return 0
        },
        clientHelloCame: { unsafe ServerTickets.clientHelloCame(on: $0, $1) },
        sendTickets: { session in
          let count = try? unsafe ServerTickets.sendTickets(on: session)
          return Int32(count ?? -1)
        }))
    var client = try Client()
    func visit() throws -> Outcome {
      let connection = try TLSConnection.connect(
        to: "127.0.0.1", port: server.port, configuration: client.configuration)
      connection.close()
      return connection.outcome
    }
    #expect(try visit().ticketsReceived == 4)
    let second = try visit()
    #expect(second.isResumed && second.ticketsReceived == 1)
    client.configuration.ticketRequests = .none
    #expect(try visit().ticketsReceived == 2)
    client.configuration.ticketRequests = .upTo(200)
    client.configuration.partition = "another"
    #expect(try visit().ticketsReceived == 8)
  }

  @Test("who hasn't said so doesn't send a server's tickets")
  func notSaid() throws {
    let server = try Fleet().server()
    let pair = try ServedPair(.tls13)
    unsafe try server.attach(to: pair.server)
    #expect(pair.handshake() == [0, 0])
    #expect(throws: GnuTLSError.self) { try unsafe ServerTickets.sendTickets(on: pair.server) }
  }
}
