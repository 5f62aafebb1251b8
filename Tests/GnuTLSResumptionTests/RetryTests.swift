import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Where a session breaks the handshake of plain GnuTLS, we connect on the second try")
struct RetryTests {
  /// What plain GnuTLS's handshake returns with session data, on a connection set up like the client's.
  private func rawHandshake(_ data: [UInt8], _ client: Client) throws -> Int32 {
    let session = try RawSession(port: client.server.port, priority: client.configuration.priority)
    try #require(session.setData(data) == 0)
    return session.handshake()
  }

  /// A stored session breaks plain GnuTLS; the client connects on its second try, and what it then has stored resumes.
  private func expectSecondTry(
    _ client: Client, healing: (inout ServerScript) -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (code: Int32, seen: [ObservedConnection]) {
    let before = client.server.waitForConnections(1).count
    let data = try #require(try client.storedSessionData().first, sourceLocation: sourceLocation)
    let code = try rawHandshake(data, client)
    #expect(code < 0, "plain GnuTLS connects", sourceLocation: sourceLocation)
    let outcome = try client.exchange()
    #expect(outcome.reason == .retried && outcome.storeError == nil, sourceLocation: sourceLocation)
    let seen = Array(client.server.waitForConnections(before + 3).dropFirst(before))
    #expect(seen.count == 3, sourceLocation: sourceLocation)
    #expect(seen.map { $0.handshakeError == 0 } == [false, false, true], sourceLocation: sourceLocation)
    #expect(seen.last?.clientHello?.offersResumption == false, sourceLocation: sourceLocation)
    client.server.update(healing)
    #expect(try client.exchange().isResumed, sourceLocation: sourceLocation)
    #expect(client.server.waitForConnections(before + 4).last?.isResumed == true, sourceLocation: sourceLocation)
    return (code, seen)
  }

  @Test(
    "a server that fails at any message once a session is offered", arguments: FailurePoint.all, FailurePoint.actions)
  func failsAtMessage(point: FailurePoint, action: HandshakeFailure.Action) throws {
    let client = try Client(point.mode.script)
    try client.exchange()
    if point.session == .forgotten { client.server.restart(withFreshKeys: true) }
    client.server.update { $0.failure = point.failure(action, onlyWhenResuming: true) }
    let (_, seen) = try expectSecondTry(client) { $0.failure = nil }
    #expect(seen.map(\.failedByScript) == [true, true, false])
    #expect(seen.map { $0.clientHello?.offersResumption } == [true, true, false])
  }

  @Test("a TLS 1.3 ticket whose cipher the client doesn't allow any more")
  func cipherRemoved() throws {
    var client = try Client(Mode.tls13.script)
    try client.exchange()
    #expect(client.server.waitForConnections(1)[0].cipherSuite == "TLS_AES_256_GCM_SHA384")
    client.configuration.priority = "NORMAL:-AES-256-GCM"
    try client.moveRecords(toPriority: client.configuration.priority)
    let (code, _) = try expectSecondTry(client)
    #expect(code == GNUTLS_E_FATAL_ALERT_RECEIVED)
  }

  @Test(
    "a TLS 1.2 session whose cipher the client doesn't allow any more, by ticket and by id, at a server that minds",
    .needs(.openssl), arguments: [true, false])
  func cipherRemovedTLS12(byTicket: Bool) throws {
    var options = OpenSSLServer.Options()
    options.versions = .tls12
    options.tickets = byTicket
    // Each with a server of its own: OpenSSL's forgets an id after a fatal alert.
    let rawServer = try OpenSSLServer(options)
    let rawClient = try clientWithForbiddenCipher(rawServer)
    let raw = try RawSession(port: rawServer.port, priority: rawClient.configuration.priority)
    try #require(raw.setData(rawClient.storedSessionData()[0]) == 0)
    #expect(raw.handshake() == GNUTLS_E_FATAL_ALERT_RECEIVED)

    let server = try OpenSSLServer(options)
    let client = try clientWithForbiddenCipher(server)
    #expect(try visit(server, client).reason == .retried)
    #expect(try visit(server, client).isResumed)
    #expect(server.waitForHandshakes(3).map(\.resumed) == [false, false, true])
    let lines = server.output.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("<<<") && $0.hasSuffix(", ClientHello") } == 4)
    #expect(lines.count { $0.hasPrefix(">>>") && $0.hasSuffix("fatal illegal_parameter") } == 1)
  }

  /// A client with a session of this server whose cipher is not among its priorities any more.
  private func clientWithForbiddenCipher(_ server: OpenSSLServer) throws -> Client {
    var client = try Client()
    #expect(try visit(server, client).reason == .noTicket)
    client.configuration.priority = "NORMAL:-AES-256-GCM"
    try client.moveRecords(toPriority: client.configuration.priority, port: server.port)
    return client
  }

  private func visit(_ server: OpenSSLServer, _ client: Client) throws -> Outcome {
    let connection = try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: client.configuration)
    connection.close()
    return connection.outcome
  }

  @Test("a TLS 1.2 session offered to a server of the same keys that now speaks TLS 1.3")
  func learntTLS13() throws {
    let client = try Client(Mode.tls12Ticket.script)
    try client.exchange()
    client.server.update { $0.versions = .tls12And13 }
    let (code, _) = try expectSecondTry(client)
    #expect(code == GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET)
  }

  @Test("session data that GnuTLS refuses to load", arguments: Mode.allCases)
  func refusedData(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.exchange()
    let master = try Client.masterKey()
    var contents = try #require(TicketContents.sample)
    for (key, record) in try client.storedRecords() {
      contents = try #require(KeyRing(newest: master).contents(of: record, identity: key.place.identity))
      contents.sessionData[3] ^= 1
      let spoilt = try #require(
        try RecordSeal.seal(
          contents.bytes, kind: record.header.kind, expiry: record.header.expiry, identity: key.place.identity,
          key: master))
      #expect(try client.store.replace(key, by: spoilt, now: client.clock.now))
    }
    let raw = try RawSession(port: client.server.port, priority: client.configuration.priority)
    #expect(raw.setData(contents.sessionData) == GNUTLS_E_DB_ERROR)
    #expect(try client.exchange().reason == .retried)
    if mode == .tls13 { #expect(try client.store.removeAll() > 0) }
    try client.exchange()
    #expect(try client.exchange().isResumed)
  }
}
