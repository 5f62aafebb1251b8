import ScriptableTLSServer
import TestPeers
import Testing

/// The scriptable server's other options, seen by openssl and gnutls-cli.
@Suite(.needs(.openssl)) struct ScriptableServerTests {
  typealias Tickets = ScriptableServerTicketTests

  @Test func whatTheClientOfferedIsSeen() throws {
    let server = try Tickets.server { $0.alpn = ["h2", "http/1.1"] }
    _ = try Tickets.connect(server, ["-alpn", "x,http/1.1", "-groups", "X25519:P-256"])
    let seen = try #require(server.waitForConnections(1).first)
    let hello = try #require(seen.clientHello)
    #expect(seen.alpn == "http/1.1" && seen.serverName == "localhost" && seen.bytesReceived == 6)
    #expect(seen.received == Array("hello\n".utf8) && seen.handshakeError == 0 && seen.group == "X25519")
    #expect(seen.cipherSuite == "TLS_AES_256_GCM_SHA384")
    #expect(hello.alpn == ["x", "http/1.1"] && hello.supportedGroups == [29, 23] && hello.keyShares == [29])
    #expect(hello.legacySessionID.count == 32 && hello.offersTLS13 && !hello.offersResumption)
  }

  @Test func anotherGroupCostsAHelloRetryRequest() throws {
    let server = try Tickets.server { $0.groups = ["SECP384R1"] }
    _ = try Tickets.connect(server, ["-groups", "X25519:P-384"])
    let seen = try #require(server.waitForConnections(1).first)
    #expect(seen.clientHellos.count == 2 && seen.group == "SECP384R1")
    #expect(seen.clientHellos.map { ClientHelloSummary(parsing: $0)?.keyShares } == [[29], [24]])
  }

  @Test func versionsAndExtendedMasterSecretCanBeRestricted() throws {
    let server = try Tickets.server { $0.versions = .tls12 }
    #expect(try Tickets.connect(server, ["-tls1_3"]).alert == 40)
    _ = try Tickets.connect(server)
    server.update { $0.extendedMasterSecret = false }
    _ = try Tickets.connect(server)
    server.update { $0.versions = .tls13 }
    #expect(try Tickets.connect(server, ["-tls1_2"]).alert == 40)
    let seen = server.waitForConnections(4)
    #expect(seen.map(\.usesExtendedMasterSecret) == [false, true, false, false])
    #expect(seen.map { $0.handshakeError == 0 } == [false, true, true, false])
  }

  @Test func aPriorityStringIsTaken() throws {
    let server = try Tickets.server { $0.priorities = "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305" }
    _ = try Tickets.connect(server)
    #expect(server.waitForConnections(1).first?.cipherSuite == "TLS_CHACHA20_POLY1305_SHA256")
    #expect(throws: ServerError.self) { try Tickets.server { $0.priorities = "NONSENSE" } }
  }

  @Test(arguments: [Fixture.rsa, Fixture.ecdsa]) func aClientCertificateIsSeen(fixture: Fixture) throws {
    let server = try Tickets.server { $0.clientCertificate = .required }
    _ = try Tickets.connect(server, ["-cert", fixture.clientCertificate, "-key", fixture.clientKey])
    _ = try Tickets.connect(server)
    let seen = server.waitForConnections(2)
    #expect((seen.first?.clientCertificate?.count ?? 0) > 100 && seen.last?.clientCertificate == nil)
    #expect(seen.map(\.handshakeError).last != 0)
  }

  static let failures: [(HandshakeFailure, [String])] = [
    (HandshakeFailure(.before, .clientHello), ["-tls1_3"]),
    (HandshakeFailure(.after, .clientHello), ["-tls1_2"]),
    (HandshakeFailure(.before, .serverHello), ["-tls1_3"]),
    (HandshakeFailure(.after, .serverHello), ["-tls1_3"]),
    (HandshakeFailure(.before, .encryptedExtensions), ["-tls1_3"]),
    (HandshakeFailure(.after, .finished, direction: .sent), ["-tls1_3"]),
    (HandshakeFailure(.after, .finished, direction: .received), ["-tls1_3"]),
    (HandshakeFailure(.after, .newSessionTicket), ["-tls1_3"]),
    (HandshakeFailure(.after, .serverHelloDone), ["-tls1_2"]),
    (HandshakeFailure(.before, .clientKeyExchange), ["-tls1_2"]),
    (HandshakeFailure(.before, .newSessionTicket), ["-tls1_2"]),
  ]

  @Test(arguments: failures) func anAlertIsSentAtTheChosenMessage(place: HandshakeFailure, version: [String]) throws {
    var failure = place
    failure.action = .alert(47)
    let server = try Tickets.server { $0.failure = failure }
    #expect(try OpenSSLClient.run(port: server.port, version).alert == 47)
    #expect(server.waitForConnections(1).first?.failedByScript == true)
  }

  @Test(arguments: [HandshakeFailure.Action.close, .reset])
  func theConnectionCanBreakWithoutAnAlert(action: HandshakeFailure.Action) throws {
    let server = try Tickets.server { $0.failure = HandshakeFailure(.before, .serverHello, action: action) }
    let client = try OpenSSLClient.run(port: server.port)
    #expect(!client.completed && client.alert == nil)
    #expect(client.endedWithoutCloseNotify == (action == .close))
  }

  @Test func onlyResumptionsCanFail() throws {
    let server = try Tickets.server {
      $0.failure = HandshakeFailure(.after, .clientHello, action: .alert(40), onlyWhenResuming: true)
    }
    let seen = try Tickets.connectTwice(server)
    #expect(seen.map(\.failedByScript) == [false, true])
  }

  @Test func theServerCanEndAtOnce() throws {
    let server = try Tickets.server { $0.ending = Ending(.afterHandshake) }
    let client = try OpenSSLClient.run(port: server.port)
    #expect(client.completed && client.ticketCount == 2 && !client.endedWithoutCloseNotify)
    server.update { $0.ending = Ending(.afterHandshake, closeNotify: .omitted) }
    let second = try OpenSSLClient.run(port: server.port)
    #expect(second.completed && second.ticketCount == 2 && second.endedWithoutCloseNotify)
  }

  @Test func theServerCanWithholdItsCloseNotify() throws {
    let server = try Tickets.server { $0.ending = Ending(closeNotify: .withheld) }
    #expect(try Tickets.connect(server).completed)
    #expect(server.waitForConnections(1).first?.clientSentCloseNotify == true)
    // A client that only waits is let wait until the server stops.
    server.update { $0.ending = Ending(.afterHandshake, closeNotify: .withheld) }
    let waiting = try RunningProcess(["openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:\(server.port)"])
    #expect(waiting.waitForOutput("Verify return code"))
    #expect(waiting.waitForEnd(timeout: .milliseconds(200)) == nil)
    server.stop()
    #expect(waiting.waitForEnd(timeout: .seconds(5)) != nil)
    #expect(server.connections.last?.state == .ended)
  }

  @Test func theServerAnswersAsTheScriptSays() throws {
    let server = try Tickets.server { $0.behaviour = .http(body: Array("<body>".utf8)) }
    let page = try OpenSSLClient.run(port: server.port, input: "GET / HTTP/1.1\r\n\r\n")
    #expect(page.output.contains("HTTP/1.1 200 OK") && page.output.contains("<body>"))
    server.update { $0.behaviour = .reply(Array("fixed".utf8)) }
    #expect(try OpenSSLClient.run(port: server.port, input: "x\n", until: "fixed").output.contains("fixed"))
    server.update {
      $0.behaviour = .payload(300_000)
      $0.ending.moment = .afterReply
    }
    #expect(try OpenSSLClient.run(port: server.port, ["-quiet"], input: "x\n").output.utf8.count > 300_000)
    server.update { $0.behaviour = .discard }
    let silent = try ProcessRunner.run(
      ["openssl", "s_client", "-quiet", "-no_ign_eof", "-connect", "127.0.0.1:\(server.port)"], input: "x\n",
      inputEnd: .after(.milliseconds(200)))
    #expect(silent.standardOutput.isEmpty)
    #expect(server.waitForConnections(4).map(\.bytesReceived) == [18, 2, 2, 2])
  }

  @Test(.needs(.gnutlsCli)) func gnutlsCliResumes() throws {
    let server = try Tickets.server()
    let result = try ProcessRunner.run(
      ["gnutls-cli", "--resume", "-p", "\(server.port)", "localhost", "--x509cafile", Fixture.ecdsa.root],
      input: "hello\n", inputEnd: .afterOutput("\nhello"))
    #expect(result.status == 0 && result.output.contains("This is a resumed session"))
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test func aStoppedServerFreesItsPortAndAnswersNobody() throws {
    let server = try Tickets.server()
    let port = server.port
    server.stop()
    server.stop()
    #expect(!FreePort.isListening(port))
    #expect(try TLSServer(certificate: Fixture.ecdsa.serverCertificate, port: port).port == port)
  }

  @Test func certificatesCanBeReplaced() throws {
    let server = try Tickets.server()
    let other = try GeneratedCertificate()
    try server.replaceCertificates([other.serverCertificate])
    let folder = try TemporaryFolder()
    let trust = ["-verify_return_error", "-CAfile", try folder.write("ca.pem", other.authority)]
    #expect(try Tickets.connect(server, trust).completed)
  }
}
