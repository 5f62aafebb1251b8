import CGnuTLS
import ScriptableTLSServer
import TestPeers
import Testing

@testable import GnuTLSResumption

/// What the engine relies on in GnuTLS for early data. If one of these fails, GnuTLS has changed, and the engine must be
/// looked at.
@Suite("Facts about early data in GnuTLS")
struct EarlyDataFactsTests {
  private static let enabled = UInt32(GNUTLS_ENABLE_EARLY_DATA.rawValue)

  private func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    script.maxEarlyData = 1_000
    script.earlyData = .acceptedWithReplays
    change(&script)
    return try TLSServer(certificate: Client.certificate("ecdsa"), script: script)
  }

  /// The session data of a connection to a server.
  private func sessionData(of server: TLSServer) throws -> [UInt8] {
    let session = try RawSession(port: server.port)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    return session.data().bytes
  }

  private func sendEarly(_ text: String, on session: RawSession) -> Int {
    Int(unsafe gnutls_record_send_early_data(session.pointer, text, text.utf8.count))
  }

  private func hasAccepted(_ session: RawSession) -> Bool {
    unsafe SessionHandle(session.pointer).hasAcceptedEarlyData
  }

  @Test("0 says that they were taken; a flag, whether the server has taken them", arguments: [true, false])
  func taken(accepts: Bool) throws {
    let server = try server { if !accepts { $0.earlyData = .refused } }
    let data = try sessionData(of: server)
    let session = try RawSession(port: server.port, flags: Self.enabled)
    #expect(session.setData(data) == 0)
    #expect(sendEarly("early", on: session) == 0)
    #expect(session.handshake() == 0)
    #expect(session.isResumed && hasAccepted(session) == accepts)
    let seen = try #require(server.waitForConnections(2, state: .handshaken).last)
    #expect(seen.clientHello?.offersEarlyData == true && seen.earlyDataReceived == (accepts ? 5 : 0))
  }

  @Test(
    "with the flag of gnutls_init they are announced with any resumption, without it with none",
    arguments: [0, enabled])
  func announced(flags: UInt32) throws {
    let server = try server { $0.maxEarlyData = 0 }
    let data = try sessionData(of: server)
    let session = try RawSession(port: server.port, flags: flags)
    #expect(session.setData(data) == 0)
    #expect(session.handshake() == 0 && session.isResumed)
    let hello = server.waitForConnections(2, state: .handshaken).last?.clientHello
    #expect(hello?.offersEarlyData == (flags != 0))
  }

  @Test("to send some is as good as the flag")
  func enabledBySending() throws {
    let server = try server()
    let data = try sessionData(of: server)
    let session = try RawSession(port: server.port)
    #expect(session.setData(data) == 0)
    #expect(sendEarly("early", on: session) == 0)
    #expect(session.handshake() == 0 && hasAccepted(session))
  }

  @Test("of a ticket that allows none GnuTLS 3.7 tells no limit, and takes them; 3.8 doesn't")
  func noLimit() throws {
    let server = try server { $0.maxEarlyData = 0 }
    let data = try sessionData(of: server)
    let session = try RawSession(port: server.port, flags: Self.enabled)
    #expect(session.setData(data) == 0)
    let isLater = unsafe gnutls_check_version("3.8.0") != nil
    #expect((unsafe gnutls_record_get_max_early_data_size(session.pointer) == 0) == isLater)
    #expect((sendEarly("early", on: session) != 0) == isLater)
    // The server, which knows of none, can't read what comes.
    #expect(session.handshake() == 0)
    #expect(!hasAccepted(session))
  }

  @Test("a ticket that GnuTLS finds expired ends the handshake before anything is sent")
  func expired() throws {
    // GnuTLS reads the system's clock for a ticket's age: so the ticket itself is made old.
    let server = try server()
    var data = try sessionData(of: server)
    let now = UInt64(try #require(try PackedTicket.find(in: data)).expiry) - 21_600
    // Its time of arrival is in the last twelve bytes of what is known of it, behind the resumption secret.
    var isAged = false
    for offset in 0..<(data.count - 8) {
      let time = data[offset..<(offset + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard time == now else { continue }
      let old = now - 30_000
      for index in 0..<8 { data[offset + index] = UInt8(truncatingIfNeeded: old >> UInt64(56 - 8 * index)) }
      isAged = true
    }
    try #require(isAged)
    let session = try RawSession(port: server.port, flags: Self.enabled)
    #expect(session.setData(data) == 0)
    #expect(sendEarly("early", on: session) == 0)
    #expect(session.handshake() == GNUTLS_E_INVALID_REQUEST)
  }

  @Test("a HelloRetryRequest after early data never leads to a handshake")
  func helloRetryRequest() throws {
    let server = try server()
    let data = try sessionData(of: server)
    server.update { $0.groups = ["SECP384R1"] }
    let session = try RawSession(port: server.port, flags: Self.enabled | UInt32(GNUTLS_NONBLOCK as Int32))
    #expect(session.setData(data) == 0)
    #expect(sendEarly("early", on: session) == 0)
    var result = unsafe gnutls_handshake(session.pointer)
    // Until nothing comes for a second.
    while result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED, session.isReadable() {
      result = unsafe gnutls_handshake(session.pointer)
    }
    #expect(result < 0)
  }

  @Test(
    "key shares are sent of the groups that we say",
    arguments: [
      "NORMAL", "SECURE192", "NORMAL:-GROUP-X25519:-GROUP-X448",
      "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1", "NORMAL:-GROUP-ALL:+GROUP-SECP384R1:+GROUP-SECP256R1",
      "NORMAL:-GROUP-ALL:+GROUP-SECP521R1:+GROUP-SECP384R1:+GROUP-X448:+GROUP-X25519",
      "NORMAL:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-X25519",
    ], [false, true])
  func keyShares(priority: String, sharesOneKey: Bool) throws {
    let server = try server()
    let flags = sharesOneKey ? UInt32(GNUTLS_KEY_SHARE_TOP.rawValue) : 0
    let session = try RawSession(port: server.port, flags: flags, priority: priority)
    _ = session.handshake()
    let hello = try #require(server.waitForConnections(1, state: .handshaken).first?.clientHello)
    // RFC 8446, section 4.2.7.
    let numbers: [String: UInt16] = [
      "SECP256R1": 23, "SECP384R1": 24, "SECP521R1": 25, "X25519": 29, "X448": 30, "FFDHE2048": 256, "FFDHE3072": 257,
    ]
    let order = try #require(try PriorityList(priority).groupOrder)
    for (name, number) in numbers where order.names.contains(name) {
      let isSaid = order.sharesKey(of: name, sharesOneKey: sharesOneKey)
      #expect(!isSaid || hello.keyShares.contains(number), "\(name)")
      // Where the order of sending is known, what isn't said isn't sent.
      if order.curvesComeFirst, !hello.keyShares.contains(256) {
        #expect(isSaid == hello.keyShares.contains(number), "\(name)")
      }
    }
  }
}
