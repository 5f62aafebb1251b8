import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A session whose bytes somebody else carries")
struct TransportlessTests {
  /// One over a socket, as an event loop would have it.
  private final class Carried {
    let client: TransportlessClient
    private let socket: TCPSocket

    /// - Parameter silent: Is connected to in the server's place.
    init(_ owner: Client, isWanted: Bool = true, silent: SilentServer? = nil) throws {
      let port = owner.server.port
      socket = try TCPSocket.connect(
        to: "127.0.0.1", port: silent?.port ?? port, deadline: Deadline(milliseconds: 5_000))
      client = try TransportlessClient.make(
        to: ServerIdentity(name: "localhost", port: port), configuration: owner.configuration
      ) { isWanted }
      unsafe cgnutls_transport_set_descriptor(client.session, socket.descriptor)
    }

    private func wait() throws {
      let isReadable = socket.wait(toWrite: false, until: Deadline(milliseconds: 5_000))
      try #require(isReadable)
    }

    func shakeHands() throws -> Settlement {
      while true {
        if let settlement = try client.shakeHands() { return settlement }
        try wait()
      }
    }

    /// Sends a line, and waits for an answer.
    func exchange() throws {
      #expect(unsafe gnutls_record_send(client.session, "hello", 5) == 5)
      var buffer = [UInt8](repeating: 0, count: 64)
      while true {
        let count = unsafe gnutls_record_recv(client.session, &buffer, buffer.count)
        if count > 0 { return }
        try #require(count == Int(GNUTLS_E_AGAIN))
        if unsafe gnutls_record_check_pending(client.session) == 0 {
          _ = socket.wait(toWrite: false, until: Deadline(milliseconds: 100))
        }
      }
    }
  }

  /// Connects, exchanges a line, and has everything stored.
  @discardableResult
  private func visit(_ client: Client, isWanted: Bool = true) throws -> Outcome {
    let carried = try Carried(client, isWanted: isWanted)
    let settlement = try carried.shakeHands()
    try carried.exchange()
    let outcome = settlement.settle(carried.client.takeTickets())
    settlement.receivedData()
    settlement.ended(.byOwner)
    carried.client.detach()
    return outcome
  }

  @Test("resumes by the tickets of every other way, and stores some for them")
  func resumes() throws {
    let client = try Client()
    let first = try visit(client)
    #expect(first.reason == .noTicket)
    #expect(first.ticketsStored == 2)
    #expect(try visit(client).isResumed)
    #expect(try client.visit().isResumed)
    #expect(try visit(client).isResumed)
  }

  @Test("claims nothing for a connection that nobody wants any more")
  func unwanted() throws {
    let client = try Client()
    try visit(client)
    let records = try client.records()
    #expect(try visit(client, isWanted: false).reason == .noTicket)
    #expect(try records.isSubset(of: client.records()))
  }

  @Test("what is stored is stored with the session gone")
  func sessionGone() throws {
    let client = try Client()
    func batch() throws -> (Settlement, TicketBatch) {
      let carried = try Carried(client)
      let settlement = try carried.shakeHands()
      try carried.exchange()
      return (settlement, carried.client.takeTickets())
    }
    let (settlement, tickets) = try batch()
    #expect(settlement.settle(tickets).ticketsStored == 2)
    #expect(try visit(client).isResumed)
  }

  @Test("an offer that the server ends the handshake after rests; one that is given up says nothing")
  func abandoned() throws {
    let client = try Client()
    try visit(client)
    try Carried(client).client.abandon(.givenUp)
    #expect(try visit(client).isResumed)
    // The server itself could have answered by then.
    let silent = try SilentServer()
    let ended = try Carried(client, silent: silent)
    #expect(try ended.client.shakeHands() === nil)
    ended.client.abandon(.endedByServer)
    withExtendedLifetime(silent) {}
    #expect(try visit(client).reason == .withheld)
  }

  @Test("a peer that isn't trusted is refused, and so is one that was to be resumed")
  func refused() throws {
    let client = try Client()
    try visit(client)
    var other = client
    other.policy = .file(Client.fixture("ecdsa-other-root.pem"))
    #expect(throws: ConnectionError(.notTrusted, "")) { try visit(other) }
    #expect(try visit(client).isResumed)
  }
}
