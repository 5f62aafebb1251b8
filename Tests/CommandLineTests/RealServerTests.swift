import ScriptableTLSServer
import TestPeers
import Testing

/// A user connects, and connects again, to servers that exist: what the server saw decides.
struct RealServerTests {
  private static let httpRequest = "GET / HTTP/1.0\r\n\r\n"

  private func expectOneFullThenResumed(_ reports: [Report], _ seen: [Bool]) {
    #expect(reports.map(\.reason) == ["noTicket"] + Array(repeating: nil, count: reports.count - 1))
    #expect(reports.map(\.handshake) == ["full"] + Array(repeating: "resumed", count: reports.count - 1))
    #expect(seen == [false] + Array(repeating: true, count: reports.count - 1))
    #expect(reports.allSatisfy { $0.storeError == nil })
  }

  @Test("OpenSSL's s_server resumes the second run, and every later one", .needs(.openssl), arguments: [2, 10])
  func opensslTLS13(times: Int) throws {
    let tool = try Tool()
    let server = try OpenSSLServer()
    let reports = try tool.connect(server.port, times: times)
    expectOneFullThenResumed(reports, server.waitForHandshakes(times).map(\.resumed))
    #expect(reports.allSatisfy { $0.protocol == "TLS1.3" })
  }

  @Test("s_server with TLS 1.2 resumes the second run, and every later one", .needs(.openssl), arguments: [2, 10])
  func opensslTLS12(times: Int) throws {
    let tool = try Tool()
    var options = OpenSSLServer.Options()
    options.versions = .tls12
    let server = try OpenSSLServer(options)
    let reports = try tool.connect(server.port, times: times)
    expectOneFullThenResumed(reports, server.waitForHandshakes(times).map(\.resumed))
    #expect(reports.allSatisfy { $0.protocol == "TLS1.2" })
  }

  @Test("s_server with TLS 1.2 and without tickets resumes by session id", .needs(.openssl))
  func opensslSessionID() throws {
    let tool = try Tool()
    var options = OpenSSLServer.Options()
    options.versions = .tls12
    options.tickets = false
    let server = try OpenSSLServer(options)
    let reports = try tool.connect(server.port, times: 3)
    expectOneFullThenResumed(reports, server.waitForHandshakes(3).map(\.resumed))
  }

  @Test("s_server with early data, which takes each ticket once, resumes nine of ten runs", .needs(.openssl))
  func opensslEarlyData() throws {
    let tool = try Tool()
    var options = OpenSSLServer.Options()
    options.style = .plain
    options.maxEarlyData = 1_000
    let server = try OpenSSLServer(options)
    let reports = try tool.connect(server.port, times: 10)
    expectOneFullThenResumed(reports, server.waitForHandshakes(10).map(\.resumed))
  }

  @Test("s_server with an RSA chain resumes the second run", .needs(.openssl))
  func opensslRSA() throws {
    var tool = try Tool()
    tool.trust = .file(Fixture.rsa.root)
    var options = OpenSSLServer.Options()
    options.fixture = .rsa
    let server = try OpenSSLServer(options)
    let reports = try tool.connect(server.port, times: 2)
    expectOneFullThenResumed(reports, server.waitForHandshakes(2).map(\.resumed))
  }

  @Test(
    "nginx resumes the second run, and every later one", .needs(.nginx), arguments: ["TLSv1.3", "TLSv1.2"], [2, 10])
  func nginx(version: String, times: Int) throws {
    let tool = try Tool()
    var options = NginxServer.Options()
    options.protocols = [version]
    let server = try NginxServer(options)
    var reports: [Report] = []
    for _ in 0..<times {
      let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: Self.httpRequest)
      #expect(result.status == 0 && result.standardOutput.contains("200 OK"))
      reports.append(try Report(result.standardError))
    }
    let seen = server.waitForHandshakes(times)
    expectOneFullThenResumed(reports, seen.map(\.resumed))
    #expect(seen.allSatisfy { $0.version == version })
  }

  @Test("nginx resumes runs that only connect and leave", .needs(.nginx), arguments: ["TLSv1.3", "TLSv1.2"])
  func nginxWithoutRequest(version: String) throws {
    let tool = try Tool()
    var options = NginxServer.Options()
    options.protocols = [version]
    let server = try NginxServer(options)
    let reports = try tool.connect(server.port, times: 3)
    #expect(reports.map(\.reason) == ["noTicket", nil, nil])
    // nginx logs requests only.
    let last = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: Self.httpRequest)
    #expect(try Report(last.standardError).isResumed)
    #expect(server.waitForHandshakes(1).map(\.resumed) == [true])
  }

  @Test(
    "gnutls-serv resumes the second run, and every later one", .needs(.gnutlsServ, .networkNamespaces),
    arguments: ["TLS1.3", "TLS1.2"], [2, 10])
  func gnutlsServ(version: String, times: Int) throws {
    let tool = try Tool()
    var options = GnuTLSServ.Options()
    options.priority = "NORMAL:-VERS-ALL:+VERS-\(version)"
    let client = GnuTLSServ.Client([tool.executable] + tool.connectArguments(GnuTLSServ.port))
    let outcome = try GnuTLSServ.run(
      Array(repeating: client, count: times), options: options, environment: tool.environment)
    let reports = try outcome.clients.map { try Report($0) }
    expectOneFullThenResumed(reports, outcome.handshakes.map(\.resumed))
    #expect(outcome.handshakes.allSatisfy { $0.version == version })
  }

  @Test("our own server resumes the second run, and every later one", arguments: [false, true], [2, 10])
  func ownServer(withTLS12: Bool, times: Int) throws {
    let tool = try Tool()
    var script = ServerScript()
    if withTLS12 { script.versions = .tls12 }
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
    let reports = try tool.connect(server.port, times: times)
    let seen = server.waitForConnections(times)
    expectOneFullThenResumed(reports, seen.map(\.isResumed))
    let identities = seen.compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(Set(identities).count == (withTLS12 ? 0 : times - 1))
  }
}
