import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// How `connect` ends when it fails: its status, and what it says with --json.
struct ExitStatusTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// The status, and the word for what was wrong.
  private func end(_ more: [String] = [], of tool: Tool? = nil, port: UInt16? = nil) throws -> (Int32?, String) {
    let tool = tool ?? self.tool
    let result = try tool.run(tool.connectArguments(port ?? server.port, more))
    let failure = try Failure(result.standardOutput)
    #expect(failure.host == "127.0.0.1" && failure.port == Int(port ?? server.port))
    #expect(failure.server == "localhost")
    if let message = failure.message { #expect(result.standardError == "error: \(message)\n") }
    return (result.status, failure.error)
  }

  @Test("2: nobody listens, or nobody answers in time")
  func network() throws {
    #expect(try end(port: FreePort.find()) == (2, "notConnected"))
    let silent = try SilentServer()
    let late = try end(["--timeout", "0.3"], port: silent.port)
    withExtendedLifetime(silent) { #expect(late == (2, "timedOut")) }
    let unknown = String(repeating: "x", count: 64) + ".invalid"
    let result = try tool.run(["connect", unknown, "--json"] + tool.places)
    #expect(try result.status == 2 && Failure(result.standardOutput).error == "notFound")
  }

  @Test("3: the server isn't trusted")
  func notTrusted() throws {
    var other = tool
    other.trust = .file(Fixture.ecdsa.otherRoot)
    #expect(try end(of: other) == (3, "notTrusted"))
  }

  @Test("4: --require-resumed isn't met; the tickets are kept all the same, and the next connection meets it")
  func notResumed() throws {
    let result = try tool.run(tool.connectArguments(server.port, ["--require-resumed"]))
    #expect(try result.status == 4 && Failure(result.standardOutput).error == "notResumed")
    let line = "error: 127.0.0.1:\(server.port) was met with a full handshake (noTicket)"
    #expect(result.errorLines.count == 1 && result.standardError.hasPrefix(line))
    let report = try tool.connect(server.port, ["--require-resumed"])
    #expect(report.isResumed && report.error == nil)
  }

  @Test("4: with --stdin nothing is sent then")
  func nothingIsSent() throws {
    let result = try tool.run(
      tool.connectArguments(server.port, ["--require-resumed", "--stdin"]), input: "secret")
    #expect(result.status == 4 && result.standardOutput.isEmpty && result.errorLines.count == 2)
    #expect(server.waitForConnections(1).first?.bytesReceived == 0)
    let resumed = try tool.run(
      tool.connectArguments(server.port, ["--require-resumed", "--stdin"]), input: "secret")
    #expect(resumed.status == 0 && resumed.standardOutput == "secret")
  }

  @Test("5: the TLS handshake fails")
  func handshake() throws {
    server.update { $0.failure = HandshakeFailure(.before, .serverHello) }
    #expect(try end() == (5, "handshake"))
  }

  @Test("6: the connection breaks after it; the words go where the report goes")
  func broken() throws {
    server.update { $0.ending = Ending(.afterReply, closeNotify: .omitted) }
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "hello")
    #expect(result.status == 6 && result.standardOutput == "hello" && result.errorLines.count == 2)
    #expect(try Failure((result.errorLines.first.map(String.init) ?? "") + "\n").error == "truncated")
  }

  @Test("1: what is wrong on this machine")
  func local() throws {
    #expect(try end(["--priority", "NONSENSE"]) == (1, "configuration"))
    let folder = tool.folder.file("home")
    let result = try tool.run(tool.connectArguments(server.port, ["--crl-file", folder]))
    #expect(result.status == 3, "what is to be trusted can't be read: \(result)")
    #expect(try tool.run(["list", "--store", "/dev/null"]).status == 1)
  }

  @Test("why ends as connect does before it connects")
  func why() throws {
    let words = tool.connectArguments(server.port, ["--crl-file", "/none"]).dropFirst()
    #expect(try tool.run(["why"] + words).status == 3)
    #expect(try tool.run(["why", "localhost", "--priority", "NONSENSE"] + tool.places).status == 1)
  }

  @Test("The report has the time of each phase, and no error")
  func phases() throws {
    let report = try tool.connect(server.port)
    let times = [
      report.lookupMilliseconds, report.connectMilliseconds, report.handshakeMilliseconds, report.closeMilliseconds,
    ]
    #expect(times.allSatisfy { $0 > 0 && $0 < 20_000 } && report.error == nil)
    let text = try tool.run(tool.connectArguments(server.port).filter { $0 != "--json" }).standardOutput
    #expect(text.split(separator: "\n").last?.wholeMatch(of: /lookup .* ms, connect .* ms, close .* ms/) != nil)
  }
}
