import TestPeers
import Testing

/// Each real peer starts, and what it says of resumptions is right: the client is openssl or gnutls-cli.
struct PeerTests {
  @Test(.needs(.openssl), arguments: ["-tls1_3", "-tls1_2"], Fixture.KeyType.allCases)
  func opensslServerSaysWhatItResumed(version: String, type: Fixture.KeyType) throws {
    var options = OpenSSLServer.Options()
    options.fixture = Fixture(type)
    let server = try OpenSSLServer(options)
    let folder = try TemporaryFolder()
    let common = [version, "-CAfile", options.fixture.root, "-verify_return_error"]
    let full = try OpenSSLClient.run(
      port: server.port, common + ["-sess_out", folder.file("s")], input: "abc\n", until: "cba")
    let resumed = try OpenSSLClient.run(
      port: server.port, common + ["-sess_in", folder.file("s")], input: "abc\n", until: "cba")
    #expect(full.completed && !full.resumed && resumed.resumed)
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
    #expect(server.handshakes.last?.version == (version == "-tls1_3" ? "TLS 1.3" : "TLS 1.2"))
  }

  @Test(.needs(.openssl)) func opensslServerSendsAsManyTicketsAsAsked() throws {
    var options = OpenSSLServer.Options()
    options.ticketCount = 4
    options.maxEarlyData = 500
    options.style = .plain
    let server = try OpenSSLServer(options)
    server.send("greeting\n")
    let client = try OpenSSLClient.run(port: server.port, until: "greeting")
    #expect(client.ticketCount == 4)
    #expect(client.maxEarlyData == [500, 500, 500, 500])
  }

  @Test(.needs(.openssl)) func opensslServerResumesByIdWithoutTickets() throws {
    var options = OpenSSLServer.Options()
    options.tickets = false
    options.versions = .tls12
    options.style = .page
    let server = try OpenSSLServer(options)
    let folder = try TemporaryFolder()
    let request = "GET / HTTP/1.0\r\n\r\n"
    let full = try OpenSSLClient.run(port: server.port, ["-sess_out", folder.file("s")], input: request)
    let resumed = try OpenSSLClient.run(port: server.port, ["-sess_in", folder.file("s")], input: request)
    #expect(full.completed && full.lifetimeHints.isEmpty && resumed.resumed)
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
  }

  @Test(.needs(.openssl)) func opensslServerTellsWhatItReceivedAndSendsWhatItIsGiven() throws {
    var options = OpenSSLServer.Options()
    options.style = .plain
    let server = try OpenSSLServer(options)
    server.send("greeting\n")
    let client = try OpenSSLClient.run(port: server.port, input: "from the client\n", until: "greeting")
    #expect(client.output.contains("greeting"))
    #expect(server.waitForHandshakes(1).map(\.resumed) == [false])
    #expect(server.output.contains("from the client"))
  }

  @Test(.needs(.nginx, .openssl), arguments: ["TLSv1.3", "TLSv1.2"])
  func nginxSaysWhatItResumed(version: String) throws {
    var options = NginxServer.Options()
    options.protocols = [version]
    let server = try NginxServer(options)
    let folder = try TemporaryFolder()
    let request = "GET / HTTP/1.0\r\n\r\n"
    let full = try OpenSSLClient.run(port: server.port, ["-sess_out", folder.file("s")], input: request)
    let resumed = try OpenSSLClient.run(port: server.port, ["-sess_in", folder.file("s")], input: request)
    #expect(full.output.contains("200 OK") && resumed.resumed)
    #expect(server.waitForHandshakes(2) == [false, true].map { ObservedHandshake(resumed: $0, version: version) })
  }

  @Test(.needs(.nginx, .openssl)) func nginxCountsConnectionsNotRequests() throws {
    let server = try NginxServer()
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let last = "GET / HTTP/1.0\r\n\r\n"
    for _ in 0..<2 { _ = try OpenSSLClient.run(port: server.port, input: request + request + last) }
    #expect(server.waitForHandshakes(6).count == 6)
    #expect(server.connections.map(\.resumed) == [false, false])
  }

  @Test("vsftpd resumes across connections, and says so", .needs(.vsftpd, .openssl), arguments: ["1.3", "1.2"])
  func vsftpdSaysWhatItResumed(version: String) throws {
    let server = try VsftpdServer()
    let folder = try TemporaryFolder()
    let common = ["-starttls", "ftp", "-tls" + version.replacing(".", with: "_"), "-quiet"]
    for option in ["-sess_out", "-sess_in"] {
      let client = try OpenSSLClient.run(
        port: server.port, common + [option, folder.file("s")], input: "NOOP\r\nQUIT\r\n")
      #expect(client.output.contains("221 "))
    }
    #expect(
      server.waitForHandshakes(2) == [false, true].map { ObservedHandshake(resumed: $0, version: "TLSv" + version) })
  }

  @Test(.needs(.gnutlsServ, .gnutlsCli, .networkNamespaces), arguments: ["TLS1.3", "TLS1.2"])
  func gnutlsServSaysWhatItResumed(version: String) throws {
    var options = GnuTLSServ.Options()
    options.priority = "NORMAL:-VERS-ALL:+VERS-\(version)"
    let client = GnuTLSServ.Client(
      ["gnutls-cli", "--resume", "-p", "\(GnuTLSServ.port)", "localhost", "--x509cafile", options.fixture.root],
      input: "hello\n", holdsInput: 2)
    let outcome = try GnuTLSServ.run([client, client], options: options)
    #expect(outcome.clients.map(\.status) == [0, 0])
    #expect(outcome.clients.allSatisfy { $0.standardOutput.contains("hello") })
    #expect(outcome.handshakes == [false, true, false, true].map { ObservedHandshake(resumed: $0, version: version) })
  }

  @Test(.needs(.openssl)) func aServerEndsWithItsHelper() throws {
    var server: OpenSSLServer? = try OpenSSLServer()
    let port = try #require(server?.port)
    #expect(FreePort.isListening(port))
    server = nil
    #expect(!FreePort.isListening(port))
  }
}
