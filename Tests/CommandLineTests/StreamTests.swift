import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// `--stdin`: what goes in comes to the server, what the server sends comes out, whatever it is.
struct StreamTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
  }

  private func bytes(_ count: Int) -> Data {
    var state: UInt64 = 42
    return Data(
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      })
  }

  private func shell(_ script: String, _ port: UInt16) throws -> ProcessResult {
    try tool.shell(script, port: port)
  }

  @Test("Several megabytes go both ways, bytes of every value, without a deadlock", arguments: [false, true])
  func largeData(withTLS12: Bool) throws {
    let server = try server { if withTLS12 { $0.versions = .tls12 } }
    let data = bytes(5_000_000)
    try tool.folder.write("in", Array(data))
    for _ in 0..<2 {
      let result = try shell("$CONNECT --stdin <$D/in >$D/out", server.port)
      #expect(result.status == 0, "\(result.output)")
      #expect(FileManager.default.contents(atPath: tool.folder.file("out")) == data)
    }
    let seen = server.waitForConnections(2)
    #expect(seen.map(\.bytesReceived) == [5_000_000, 5_000_000] && seen.map(\.isResumed) == [false, true])
    #expect(seen.allSatisfy({ $0.clientSentCloseNotify }))
  }

  @Test("Large data through pipes whose reader is slow come whole")
  func slowReader() throws {
    let server = try server()
    let data = bytes(2_000_000)
    try tool.folder.write("in", Array(data))
    let result = try shell("cat $D/in | $CONNECT --stdin | (sleep 0.3; cat) >$D/out", server.port)
    #expect(result.status == 0)
    #expect(FileManager.default.contents(atPath: tool.folder.file("out")) == data)
  }

  @Test("A large answer to a short question comes whole")
  func largeAnswer() throws {
    let server = try server {
      $0.behaviour = .payload(8_000_000)
      $0.ending.moment = .afterReply
    }
    let result = try shell("echo | $CONNECT --stdin >$D/out", server.port)
    #expect(result.status == 0, "\(result.output)")
    #expect(FileManager.default.contents(atPath: tool.folder.file("out"))?.count == 8_000_000)
  }

  @Test("Input that comes in pieces is passed on as it comes")
  func interactive() throws {
    let server = try server()
    let process = try RunningProcess(
      [tool.executable] + tool.connectArguments(server.port, ["--stdin"]), environment: tool.environment)
    for word in ["first\n", "second\n"] {
      process.write(word)
      #expect(process.waitForOutput(word))
    }
    #expect(process.end == nil)
    process.closeInput()
    #expect(process.waitForEnd(timeout: .seconds(10)) == .exited(0))
    #expect(process.standardOutput == "first\nsecond\n")
    #expect(try Report(process.standardError).ticketsStored == 2)
  }

  @Test("The server is told of the end only when it has been silent for a while: told at once, many cut their answer")
  func linger() throws {
    let server = try server()
    func duration(_ options: [String]) throws -> Duration {
      let start = ContinuousClock.now
      let result = try tool.run(tool.connectArguments(server.port, ["--stdin"] + options), input: "hello")
      #expect(result.status == 0 && result.standardOutput == "hello")
      return ContinuousClock.now - start
    }
    #expect(try duration([]) >= .seconds(1))
    #expect(try duration(["--linger", "0.2"]) >= .milliseconds(200))
    #expect(try (0..<3).map { _ in try duration(["--linger", "0"]) }.min() ?? .seconds(9) < .milliseconds(900))
    #expect(server.waitForConnections(5).allSatisfy({ $0.clientSentCloseNotify }))
  }

  @Test("No input at all is an end too")
  func noInput() throws {
    let server = try server()
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]))
    #expect(result.standardOutput.isEmpty)
    #expect(try Report(result.standardError).ticketsStored == 2)
  }

  @Test("It ends when the server has closed, also while the input stays open")
  func serverCloses() throws {
    let server = try server {
      $0.behaviour = .reply(Array("bye\n".utf8))
      $0.ending.moment = .afterReply
    }
    let process = try RunningProcess(
      [tool.executable] + tool.connectArguments(server.port, ["--stdin"]), environment: tool.environment)
    process.write("hello\n")
    #expect(process.waitForEnd(timeout: .seconds(10)) == .exited(0))
    #expect(process.standardOutput == "bye\n")
  }

  @Test("Tickets between data are kept, and the data come whole")
  func ticketsBetweenData() throws {
    let server = try server {
      $0.tickets.moment = .afterFirstData
      $0.tickets.precedingData = Array("before ".utf8)
    }
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "after")
    #expect(result.standardOutput == "before after")
    #expect(try Report(result.standardError).ticketsStored == 2)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("A server that ends without close_notify: what came is written, and the error says that data may be missing")
  func truncation() throws {
    let server = try server {
      $0.behaviour = .reply(Array("half".utf8))
      $0.ending = Ending(.afterReply, closeNotify: .omitted)
    }
    let result = try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "hello\n")
    #expect(result.status == 6 && result.standardOutput == "half")
    #expect(result.errorLines.count == 2 && result.errorLines.last?.hasPrefix("error: ") == true)
    #expect(result.errorLines.allSatisfy { $0.contains("data may be missing") })
  }

  @Test("Standard output that can't be written is an error")
  func fullOutput() throws {
    let server = try server()
    let result = try shell("echo hello | $CONNECT --stdin >/dev/full", server.port)
    #expect(result.isFailure(saying: "can't write to standard output: No space left on device"))
  }

  @Test("A reader that has gone is an error, not a signal")
  func brokenPipe() throws {
    let server = try server { $0.behaviour = .payload(4_000_000) }
    let result = try shell("{ echo | $CONNECT --stdin; echo \"status $?\" >&2; } | head -c 10 >/dev/null", server.port)
    #expect(result.standardError.contains("error: can't write to standard output: Broken pipe"))
    #expect(result.standardError.contains("status 1"))
  }

  @Test("Closed standard input is an error")
  func closedInput() throws {
    let server = try server()
    #expect(try shell("$CONNECT --stdin <&-", server.port).isFailure(saying: "can't read standard input: Bad file"))
  }

  @Test(
    "s_server's page about the connection says that it was reused", .needs(.openssl),
    arguments: [
      OpenSSLServer.Options.Versions.tls13, .tls12,
    ])
  func page(versions: OpenSSLServer.Options.Versions) throws {
    var options = OpenSSLServer.Options()
    options.style = .page
    options.versions = versions
    let server = try OpenSSLServer(options)
    let pages = try (0..<2).map { _ in
      try tool.run(tool.connectArguments(server.port, ["--stdin"]), input: "GET / HTTP/1.0\r\n\r\n")
    }
    #expect(pages.allSatisfy { $0.status == 0 && $0.standardOutput.hasPrefix("HTTP/1.0 200 ok") })
    #expect(pages[0].standardOutput.contains("New, TLSv1") && pages[1].standardOutput.contains("Reused, TLSv1"))
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
  }

  @Test("HTTP with nginx: the whole answer, also a large one", .needs(.nginx), arguments: ["TLSv1.3", "TLSv1.2"])
  func http(version: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("large", Array(bytes(3_000_000)))
    var options = NginxServer.Options()
    options.protocols = [version]
    options.extra = "location /large { root \(folder.path); }"
    let server = try NginxServer(options)
    _ = unsafe chmod(folder.path, 0o755)
    let request = "printf 'GET /large HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'"
    let result = try shell("\(request) | $CONNECT --stdin >$D/out", server.port)
    #expect(result.status == 0, "\(result.output)")
    let answer = FileManager.default.contents(atPath: tool.folder.file("out")) ?? Data()
    #expect(answer.starts(with: Data("HTTP/1.1 200 OK\r\n".utf8)) && answer.suffix(3_000_000) == bytes(3_000_000))
    #expect(server.waitForHandshakes(1).map(\.version) == [version])
  }
}
