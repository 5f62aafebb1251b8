import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// The options of `connect`, as the server sees them.
struct OptionTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  @Test("--server-name is what the server is asked for, and the report says so")
  func serverName() throws {
    #expect(try tool.connect(server.port).server == "localhost")
    #expect(server.waitForConnections(1).map(\.serverName) == ["localhost"])
  }

  @Test("Without --server-name the host is the name; an address isn't sent as one")
  func hostIsTheName() throws {
    for host in ["localhost", "127.0.0.1"] {
      let result = try tool.run(
        ["connect", "\(host):\(server.port)", "--json"] + tool.trust.arguments + tool.places)
      #expect(try Report(result).server == host)
    }
    #expect(server.waitForConnections(2).map(\.serverName) == ["localhost", nil])
  }

  @Test("--alpn may be given again; the report shows the protocol that the server chose")
  func alpn() throws {
    server.update { $0.alpn = ["http/1.1"] }
    let report = try tool.connect(server.port, ["--alpn", "h2", "--alpn", "http/1.1"])
    #expect(report.alpn == "http/1.1")
    let seen = try #require(server.waitForConnections(1).first)
    #expect(seen.clientHello?.alpn == ["h2", "http/1.1"] && seen.alpn == "http/1.1")
  }

  @Test("--priority reaches the handshake")
  func priority() throws {
    let report = try tool.connect(
      server.port, ["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:-GROUP-ALL:+GROUP-SECP384R1"])
    #expect(report.protocol == "TLS1.2" && report.group == "SECP384R1")
    #expect(server.waitForConnections(1).map(\.version) == ["TLS1.2"])
  }

  @Test("--cert and --key: the server sees the client's certificate", arguments: Fixture.KeyType.allCases)
  func clientCertificate(type: Fixture.KeyType) throws {
    server.update { $0.clientCertificate = .required }
    let fixture = Fixture(type)
    let options = ["--cert", fixture.clientCertificate, "--key", fixture.clientKey]
    #expect(try tool.connect(server.port, options).reason == "noTicket")
    let pem = try String(contentsOfFile: fixture.clientCertificate, encoding: .utf8)
    let base64 = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") && !$0.contains(":") }.joined()
    let expected = try #require(Data(base64Encoded: base64))
    #expect(server.waitForConnections(1).first?.clientCertificate.map { Data($0) } == expected)
    #expect(try tool.connect(server.port, options).isResumed)
    #expect(server.waitForConnections(2).last?.isResumed == true)
  }

  @Test("A server that requires a certificate and gets none: error, and no ticket is left behind")
  func missingClientCertificate() throws {
    server.update { $0.clientCertificate = .required }
    // Under TLS 1.3 the server's refusal comes after the client's handshake is over: so something is read.
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "hello\n")
    #expect(result.isFailure(saying: "127.0.0.1:\(server.port) failed"))
    #expect(tool.records().isEmpty)
  }

  @Test("--ca-file with several authorities trusts each")
  func severalAuthorities() throws {
    var tool = tool
    let parts = [Fixture.rsa.root, Fixture.ecdsa.otherRoot, Fixture.ecdsa.root]
    let text = try parts.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    tool.trust = .file(try tool.folder.write("ca.pem", text))
    #expect(try tool.connect(server.port, times: 2).last?.isResumed == true)
  }

  @Test("--insecure connects whoever the server is, and resumes only such connections")
  func insecure() throws {
    var tool = tool
    tool.trust = .insecure
    let reports = try tool.connect(server.port, times: 2, ["--server-name", "wrong.example"])
    #expect(reports.map(\.handshake) == ["full", "resumed"])
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("--timeout ends the wait for a server that says nothing")
  func timeout() throws {
    let silent = try SilentServer()
    let start = ContinuousClock.now
    let result = try tool.run(tool.connectArguments(silent.port, ["--timeout", "0.3"]))
    let duration = ContinuousClock.now - start
    #expect(result.isFailure(saying: "takes too long"))
    #expect(duration >= .milliseconds(300) && duration < .seconds(5))
  }

  @Test("An IPv6 address stands in brackets", .needs(.openssl), .enabled(if: IPv6.isAvailable, "no ::1 here"))
  func ipv6() throws {
    let port = try FreePort.find()
    let server = try RunningProcess([
      "openssl", "s_server", "-accept", "[::1]:\(port)", "-cert", Fixture.ecdsa.leaf, "-cert_chain",
      Fixture.ecdsa.intermediate, "-key", Fixture.ecdsa.key, "-rev",
    ])
    defer { server.terminate() }
    let arguments = ["connect", "[::1]:\(port)", "--json"] + tool.trust.arguments + tool.places
    var result = try tool.run(arguments)
    // It listens where ``FreePort`` doesn't look.
    for _ in 0..<100 where result.status != 0 && server.end == nil {
      usleep(20_000)
      result = try tool.run(arguments)
    }
    let first = try Report(result)
    #expect(first.server == "::1" && first.host == "::1" && first.port == Int(port) && first.reason == "noTicket")
    #expect(try Report(tool.run(arguments)).isResumed)
    let text = try tool.run(arguments.filter { $0 != "--json" }).standardOutput
    #expect(text.hasPrefix("[::1]:\(port): resumed"))
    let refused = try tool.run(["connect", "[::1]:1"] + tool.places)
    #expect(refused.isFailure(saying: "can't connect to [::1]:1: "))
    #expect(try tool.ask("list").contains("[::1]:\(port)"))
    #expect(try tool.ask("forget", "[::1]:\(port)") != "removed: 0\n")
  }
}

enum IPv6 {
  /// Whether there is ::1.
  static let isAvailable =
    FileManager.default.contents(atPath: "/proc/net/if_inet6")
    .map { String(decoding: $0, as: UTF8.self).contains(String(repeating: "0", count: 31) + "1 ") } ?? false
}
