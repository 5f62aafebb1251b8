import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// `connect --early-data`: each connection is a process of its own.
@Suite("Early data by the tool")
struct EarlyDataTests {
  private static let request = "GET / HTTP/1.0\r\n\r\n"
  private let tool: Tool
  private let file: String
  private let marks: TemporaryFolder

  init() throws {
    tool = try Tool()
    file = try tool.folder.write("request", Self.request)
    marks = try TemporaryFolder(in: "/dev/shm/")
  }

  private var options: [String] { ["--early-data", file, "--early-data-marks", marks.file("marks")] }

  private func ownServer() throws -> TLSServer {
    var script = ServerScript()
    script.maxEarlyData = 1_000
    // Whoever answers must not be what keeps them from coming twice.
    script.earlyData = .acceptedWithReplays
    return try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("OpenSSL's s_server takes them with the first flight, once", .needs(.openssl))
  func openssl() throws {
    var options = OpenSSLServer.Options()
    options.style = .plain
    options.maxEarlyData = 1_000
    let server = try OpenSSLServer(options)
    let reports = try tool.connect(server.port, times: 4, self.options)
    #expect(reports.map(\.earlyData) == ["notOffered", "accepted", "accepted", "accepted"])
    #expect(reports.map(\.earlyDataReason) == ["noTicket", nil, nil, nil])
    #expect(server.waitForHandshakes(4).map(\.resumed) == [false, true, true, true])
    #expect(server.output.components(separatedBy: "GET / HTTP/1.0").count == 5)
    #expect(server.output.components(separatedBy: "Early data received").count >= 4)
  }

  @Test("s_server that allows none, that has learnt another group, and that has lost its keys", .needs(.openssl))
  func opensslWithout() throws {
    for (first, second, outcome) in [
      (Int?.none, [String](), "notOffered"), (1_000, ["-groups", "P-521"], "repeated"), (1_000, [], "rejected"),
    ] {
      var options = OpenSSLServer.Options()
      options.style = .plain
      options.maxEarlyData = first
      var server = try OpenSSLServer(options)
      let port = server.port
      try tool.connect(port, self.options)
      if first != nil {
        server.stop()
        options.extra = second
        options.port = port
        server = try OpenSSLServer(options)
      }
      let report = try tool.connect(port, self.options)
      #expect(report.earlyData == outcome, "\(second)")
      let requests = first == nil ? 2 : 1
      func seen() -> Int { server.output.components(separatedBy: "GET / HTTP/1.0").count - 1 }
      // The server writes them when it comes to it.
      for _ in 0..<2_500 where seen() < requests { usleep(2_000) }
      #expect(seen() == requests, "\(second)")
    }
  }

  @Test("nginx answers them before the handshake has ended; where it rejects them, after it", .needs(.nginx))
  func nginx() throws {
    for isOn in [true, false] {
      var options = NginxServer.Options()
      options.earlyData = isOn
      options.protocols = ["TLSv1.3"]
      let server = try NginxServer(options)
      // nginx notes whether the handshake had ended by the time of its log: it may have, where the client is quick.
      for number in 1...10 where number <= 3 || isOn && !server.cameEarly.contains(true) {
        let result = try tool.run(tool.connectArguments(server.port, ["--stdin"] + self.options))
        #expect(result.status == 0 && result.standardOutput.contains("200 OK"))
        #expect(result.standardOutput.components(separatedBy: "HTTP/1.1").count == 2)
        let report = try Report(result.standardError)
        let expected = number == 1 || !isOn ? "notOffered" : "accepted"
        #expect(report.earlyData == expected, "\(isOn) \(number)")
        #expect(report.earlyDataReason == (number == 1 ? "noTicket" : isOn ? nil : "notAllowed"))
      }
      _ = server.waitForHandshakes(3)
      #expect(server.cameEarly.first == false && server.cameEarly.contains(true) == isOn, "\(server.cameEarly)")
    }
  }

  @Test("the same as text, from a pipe; what can't be read fails before anything is connected")
  func words() throws {
    let server = try ownServer()
    try tool.connect(server.port, options)
    let words = tool.connectArguments(server.port, options).filter { $0 != "--json" }
    let text = try tool.run(words).standardOutput
    #expect(text.contains(/\nearly data: (accepted|rejected, and sent again after the handshake)\n/))
    let piped = try tool.shell(
      "printf hello | $CONNECT --early-data /dev/stdin --early-data-marks \(marks.file("marks"))", port: server.port)
    #expect(try wentEarly(Report(piped).earlyData))
    #expect(server.waitForConnections(3).last?.received == Array("hello".utf8))
    for path in [tool.folder.file("missing"), tool.folder.path] {
      let result = try tool.run(tool.connectArguments(server.port, ["--early-data", path]))
      #expect(result.isFailure(saying: "can't read the early data \(path)"))
    }
    #expect(server.connections.count == 3)
    #expect(try tool.run(tool.connectArguments(server.port, ["--early-data-marks", "/dev/shm/x"])).status == 64)
  }

  @Test("without a place for marks they go after the handshake; in $XDG_RUNTIME_DIR there is one")
  func places() throws {
    let server = try ownServer()
    let early = ["--early-data", file]
    let folder = try TemporaryFolder(in: TemporaryFolder.disk)
    let disk = ["XDG_RUNTIME_DIR": folder.path]
    try tool.connect(server.port, early, environment: disk)
    let report = try tool.connect(server.port, early, environment: disk)
    #expect(report.isResumed && report.earlyDataReason == "noMarks")
    let runtime = ["XDG_RUNTIME_DIR": marks.path]
    try tool.connect(server.port, early, environment: runtime)
    #expect(try wentEarly(tool.connect(server.port, early, environment: runtime).earlyData))
    #expect(FileManager.default.fileExists(atPath: marks.file("gnutls-resume/early-data/used")))
  }

  /// Of bytes that went early, to a server of this process. GnuTLS 3.8 goes by the clock that other tests set here, in whole
  /// seconds, and may take the tool for a client from the future; other servers, in processes of their own, accept them.
  private func wentEarly(_ outcome: String?) -> Bool { outcome == "accepted" || outcome == "rejected" }

  @Test("the store's folder copied back after each use: no ticket carries them twice")
  func copiedBack() throws {
    let server = try ownServer()
    try tool.connect(server.port, options)
    let kills = EarlyDataKills(store: tool.store, copy: tool.folder.file("copy"))
    try kills.save()
    var outcomes: [String?] = []
    for _ in 0..<4 {
      try kills.putBack()
      outcomes.append(try tool.connect(server.port, options).earlyData)
    }
    // Two tickets came.
    #expect(outcomes.map(wentEarly) == [true, true, false, false], "\(outcomes)")
    #expect(EarlyDataKills.uses(at: server).values.sorted() == [1, 1])
  }

  @Test("killed at any time, and the store's folder copied back: no ticket carries them twice", .needs(.strace))
  func killed() throws {
    let server = try ownServer()
    server.update { $0.tickets.count = 4 }
    var kills = EarlyDataKills(store: tool.store, copy: tool.folder.file("copy"))
    try kills.run(sending: "sendto") { tracing in
      let words = tracing + [tool.executable] + tool.connectArguments(server.port, options)
      return try ProcessRunner.run(words, environment: tool.environment).status == 0
    }
    let uses = EarlyDataKills.uses(at: server)
    print("killed \(kills.killed) times in \(kills.rounds) rounds: \(uses.count) tickets with early data")
    #expect(kills.killed == EarlyDataKills.count)
    #expect(uses.count >= EarlyDataKills.count / 3 && uses.values.allSatisfy { $0 == 1 }, "\(uses.values.sorted())")
  }
}
