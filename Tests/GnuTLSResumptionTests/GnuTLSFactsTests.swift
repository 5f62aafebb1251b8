import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import Testing

@testable import GnuTLSResumption

/// What the engine relies on in GnuTLS. If one of these fails, GnuTLS has changed, and the engine must be looked at.
@Suite("Facts about GnuTLS")
struct GnuTLSFactsTests {
  private func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: Client.certificate("ecdsa"), script: script)
  }

  /// A session that has exchanged data, and so has received the server's tickets.
  private func connected(to server: TLSServer, priority: String? = nil) throws -> RawSession {
    let session = try RawSession(port: server.port, priority: priority)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    return session
  }

  @Test("without a ticket, get_data2 gives the dummy, which our detector knows, and set_data takes it")
  func dummy() throws {
    let server = try server { $0.tickets.count = 0 }
    let session = try RawSession(port: server.port, flags: UInt32(GNUTLS_NONBLOCK as Int32))
    #expect(session.handshake() == 0)
    let (bytes, code, _) = session.data()
    #expect(code == 0)
    #expect(bytes == DummySessionData.bytes)
    #expect(DummySessionData.matches(bytes))
    let next = try RawSession(port: server.port)
    #expect(next.setData(bytes) == 0)
    #expect(next.handshake() == 0)
    #expect(!next.isResumed)
  }

  @Test("without a ticket, on a blocking session, get_data2 waits")
  func waits() throws {
    let server = try server { $0.tickets.count = 0 }
    let session = try RawSession(port: server.port)
    #expect(session.handshake() == 0)
    let (bytes, _, elapsed) = session.data()
    #expect(DummySessionData.matches(bytes))
    #expect(elapsed >= .milliseconds(60))
  }

  @Test("the flag for a received ticket tells when get_data2 has real data")
  func ticketFlag() throws {
    let server = try server()
    let session = try connected(to: server)
    #expect(session.hasReceivedTicket)
    #expect(session.data().bytes.count > 100)
  }

  @Test("a resumed handshake verifies nothing: the chain comes from the session data", arguments: Mode.allCases)
  func verifiesNothing(mode: Mode) throws {
    let server = try TLSServer(certificate: Client.certificate("ecdsa"), script: mode.script)
    let priority = mode == .tls12SessionID ? "NORMAL:-VERS-TLS1.3" : nil
    let first = try connected(to: server, priority: priority)
    let second = try RawSession(port: server.port, priority: priority, caFile: Client.fixture("ecdsa-other-root.pem"))
    // A function that would refuse everybody.
    unsafe gnutls_session_set_verify_function(second.pointer) { _ in GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR }
    #expect(second.setData(first.data().bytes) == 0)
    #expect(second.handshake() == 0)
    #expect(second.isResumed)
    #expect(unsafe SessionHandle(second.pointer).peerChain.count == 2)
  }

  @Test("on a resumed TLS 1.2 session get_data2 gives what was loaded")
  func resumedTLS12() throws {
    let server = try TLSServer(certificate: Client.certificate("ecdsa"), script: Mode.tls12Ticket.script)
    let first = try RawSession(port: server.port)
    #expect(first.handshake() == 0)
    let data = first.data().bytes
    let second = try RawSession(port: server.port)
    #expect(second.setData(data) == 0)
    #expect(second.handshake() == 0)
    #expect(second.isResumed)
    #expect(second.data().bytes == data)
  }

  @Test("session data of another GnuTLS are refused, and lead to a full handshake on another session")
  func foreignVersion() throws {
    let server = try server()
    let session = try connected(to: server)
    var data = session.data().bytes
    data[3] ^= 1
    #expect(try RawSession(port: server.port).setData(data) == GNUTLS_E_DB_ERROR)
  }

  @Test("session data hold a ticket where it is looked for, whatever follows them; of TLS 1.2 they hold none")
  func packedTicket() throws {
    for count in [1, 2] {
      let server = try server { $0.tickets.count = count }
      let session = try connected(to: server)
      let data = session.data().bytes
      let ticket = try #require(try PackedTicket.find(in: data))
      #expect(try PackedTicket.find(in: data + [1, 2, 3]) == ticket)
      for length in stride(from: 0, to: data.count, by: 7) {
        if let cut = try PackedTicket.find(in: Array(data.prefix(length))) { #expect(cut == ticket) }
      }
      let next = try RawSession(port: server.port)
      #expect(next.setData(data + [1, 2, 3]) == 0)
      #expect(next.handshake() == 0 && next.isResumed)
      let offered = try #require(server.waitForConnections(2).last?.clientHello?.pskIdentities.first?.identity)
      #expect(SHA256.digest(offered) == ticket.digest)
      let now = WallTime.now().seconds
      #expect((now + 21_500...now + 21_700).contains(ticket.expiry))
    }
    let old = try TLSServer(certificate: Client.certificate("ecdsa"), script: Mode.tls12Ticket.script)
    #expect(try PackedTicket.find(in: connected(to: old).data().bytes) == nil)
  }

  @Test("the session id stands in TLS 1.3 session data exactly once, and may be another")
  func sessionID() throws {
    let server = try server()
    let session = try connected(to: server)
    var data = session.data().bytes
    let id = unsafe SessionHandle(session.pointer).sessionID
    #expect(id.count == 32)
    #expect(LegacySessionID.replace(id, in: &data, by: [UInt8](repeating: 5, count: 32)))
    let next = try RawSession(port: server.port)
    #expect(next.setData(data) == 0)
    #expect(next.handshake() == 0)
    #expect(next.isResumed)
    #expect(
      server.waitForConnections(2, state: .handshaken).last?.clientHello?.legacySessionID
        == [UInt8](repeating: 5, count: 32))
  }

  @Test("a TLS 1.2 session offered to a server of the same keys that now speaks TLS 1.3 is fatal")
  func tls12SessionToTLS13() throws {
    let server = try server { $0.versions = .tls12 }
    let first = try RawSession(port: server.port)
    #expect(first.handshake() == 0)
    let data = first.data().bytes
    server.update { $0.versions = .tls12And13 }
    let second = try RawSession(port: server.port)
    #expect(second.setData(data) == 0)
    #expect(second.handshake() == GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET)
  }
}
