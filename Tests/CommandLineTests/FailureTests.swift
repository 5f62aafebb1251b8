import ScriptableTLSServer
import TestPeers
import Testing

/// What fails says so in one line; with which status, ``ExitStatusTests`` say. A wrong command line exits with 64.
struct FailureTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  @Test("A port that nobody listens on")
  func refused() throws {
    let port = try FreePort.find()
    let result = try tool.run(tool.connectArguments(port))
    #expect(result.isFailure(saying: "can't connect to 127.0.0.1:\(port): Connection refused"))
    #expect(!Tool.exists(tool.store) && !Tool.exists(tool.keyFile))
  }

  @Test("A command that there isn't is named, by itself", arguments: ["conect", "é\u{1B}"])
  func unknownCommand(name: String) throws {
    let result = try tool.run([name, "localhost"])
    #expect(result.status == 64 && result.standardOutput.isEmpty)
    let lines = result.errorLines
    #expect(lines.count == 1 && lines[0].hasPrefix("error: There is no command '\(name.first.map(String.init) ?? "")"))
    #expect(lines[0].contains("--help") && !lines[0].contains("\u{1B}") && !lines[0].contains("localhost"))
  }

  @Test("A server that is down costs no ticket")
  func downCostsNothing() throws {
    try tool.connect(server.port)
    server.stop()
    let before = tool.storeFiles
    #expect(try tool.run(tool.connectArguments(server.port)).isFailure(saying: "Connection refused"))
    #expect(tool.storeFiles == before && tool.records().count == 2)
  }

  @Test("A host that doesn't exist: a label of more than 63 characters never does")
  func unknownHost() throws {
    let host = String(repeating: "x", count: 64) + ".invalid"
    #expect(try tool.run(["connect", host] + tool.places).isFailure(saying: "can't find \(host): "))
  }

  @Test("A server whose authority isn't trusted")
  func untrusted() throws {
    var tool = tool
    tool.trust = .file(Fixture.ecdsa.otherRoot)
    let result = try tool.run(tool.connectArguments(server.port))
    #expect(
      result.isFailure(saying: "is not trusted: The certificate is NOT trusted. The certificate issuer is unknown"))
    #expect(tool.records().isEmpty)
  }

  @Test("Without --ca-file the system's authorities count, which don't know this one")
  func systemTrust() throws {
    let result = try tool.run(["connect", "localhost:\(server.port)"] + tool.places)
    #expect(result.isFailure(saying: "is not trusted"))
  }

  @Test("A name that the certificate isn't for", arguments: ["wrong.example", ""])
  func wrongName(name: String) throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--server-name", name]))
    #expect(result.isFailure(saying: "is not trusted") && result.isFailure(saying: "name in the certificate"))
  }

  @Test("A certificate that has expired")
  func expired() throws {
    let server = try TLSServer(certificate: try Fixture.ecdsa.expiredServerCertificate)
    #expect(try tool.run(tool.connectArguments(server.port)).isFailure(saying: "expired"))
  }

  @Test("A trust file that isn't there, or holds no certificate")
  func trustFile() throws {
    var tool = tool
    for path in [tool.folder.file("missing"), try tool.folder.write("empty", ""), "/dev/null"] {
      tool.trust = .file(path)
      #expect(try tool.run(tool.connectArguments(server.port)).isFailure(saying: "is not trusted"), "\(path)")
    }
  }

  @Test("A priority string that GnuTLS doesn't know")
  func priority() throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--priority", "NONSENSE"]))
    #expect(result.isFailure(saying: "the priority string 'NONSENSE' can't be used"))
  }

  @Test("A protocol name that ALPN can't carry", arguments: ["", String(repeating: "x", count: 256)])
  func alpn(name: String) throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--alpn", name]))
    #expect(result.isFailure(saying: "the application protocols can't be offered"))
  }

  @Test("A client key that doesn't match its certificate, or isn't there")
  func clientKey() throws {
    let port = server.port
    for (key, text) in [(Fixture.rsa.clientKey, "do not match"), ("/nonexistent", "reading file")] {
      let options = ["--cert", Fixture.ecdsa.clientCertificate, "--key", key]
      #expect(try tool.run(tool.connectArguments(port, options)).isFailure(saying: text), "\(key)")
    }
  }

  @Test(
    "A server that breaks the handshake off, by alert, close or reset",
    arguments: [
      HandshakeFailure.Action.alert(40), .close, .reset,
    ])
  func brokenHandshake(action: HandshakeFailure.Action) throws {
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, action: action) }
    let result = try tool.run(tool.connectArguments(server.port))
    #expect(result.isFailure(saying: "the TLS handshake with 127.0.0.1:\(server.port) failed: "))
  }

  @Test(
    "A wrong command line is explained, and exits with 64",
    arguments: [
      ["connect"], ["connect", "::1"], ["connect", "https://localhost"], ["connect", "localhost:"],
      ["connect", "localhost:0"], ["connect", "localhost:65536"], ["connect", "localhost:+1"], ["connect", "[::1"],
      ["connect", "[]:443"], ["connect", ":443"], ["connect", ""], ["connect", "localhost", "--timeout", "0"],
      ["connect", "localhost", "--timeout", "nan"], ["connect", "localhost", "--timeout", "inf"],
      ["connect", "localhost", "--timeout", "1e308"], ["connect", "localhost", "--linger", "nan"],
      ["connect", "localhost", "--linger", "1e400"], ["connect", "localhost", "--verdict-lifetime", "1e99"],
      ["connect", "localhost", "--cert", "file"],
      ["connect", "localhost", "--key", "file"], ["connect", "localhost", "--insecure", "--ca-file", "file"],
      ["connect", "localhost", "-4", "-6"], ["connect", "localhost", "--resolve", "localhost:1"],
      ["connect", "localhost", "--resolve", "localhost:1:elsewhere"], ["why"], ["why", "::1"],
      ["probe"], ["probe", "::1"], ["probe", "localhost", "--expect", "wonders"],
      ["probe", "localhost", "--timeout", "0"], ["probe", "localhost", "--http", "--alpn", "h2"],
      ["probe", "localhost", "--priority", "NORMAL:%NO_TICKETS"],
      ["probe", "localhost", "--cert", "file"], ["probe", "localhost", "--store", "dir"],
      ["probe", "localhost", "-4", "-6"],
      ["connect", "localhost", "--nonsense"], ["forget"], ["nonsense"], ["purge", "localhost"],
    ])
  func usage(arguments: [String]) throws {
    let result = try tool.run(arguments)
    #expect(result.isFailure(saying: "--help' for more information", status: 64), "\(result)")
  }

  @Test(
    "Help names every option, every command, and where things are",
    arguments: [
      (["--help"], ["connect", "why", "probe", "list", "forget", "purge", "stats", "demo"]),
      (
        ["connect", "--help"],
        [
          "--server-name", "--ca-file", "--insecure", "--alpn", "--priority", "--cert", "--key", "--store",
          "--key-file",
          "--no-resume", "--timeout", "--verbose", "--stdin", "--json", "GNUTLS_RESUME_STORE", "GNUTLS_RESUME_KEY_FILE",
          "brackets", "443", "--cacert", "-4", "-6", "--resolve", "--require-resumed",
        ]
      ),
      (
        ["probe", "--help"],
        [
          "--server-name", "--ca-file", "--cacert", "--insecure", "--alpn", "--priority", "--cert", "--key", "-4", "-6",
          "--resolve", "--expect", "resumption", "early-data", "tls1.3", "--reuse", "--http", "--timeout", "--json",
        ]
      ),
    ])
  func help(arguments: [String], names: [String]) throws {
    let result = try tool.run(arguments)
    #expect(result.status == 0 && result.standardError.isEmpty)
    for name in names { #expect(result.standardOutput.contains(name)) }
  }
}
