import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("connect --starttls")
struct StartTLSTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func connect(_ port: UInt16, _ prelude: Prelude, _ more: [String] = []) throws -> ProcessResult {
    try tool.run(tool.connectArguments(port, ["--starttls", prelude.name] + more))
  }

  @Test("asks for TLS as the protocol does, then makes a handshake, and resumes it", arguments: Prelude.all)
  func resumed(prelude: Prelude) throws {
    let front = try PreludeServer(prelude.steps + [.say(prelude.goAhead), .relay(server.port)])
    let options = ["--starttls", prelude.name]
    #expect(try tool.connect(front.port, options).reason == "noTicket")
    let why = try tool.run(["why"] + tool.connectArguments(front.port, options).dropFirst())
    #expect(why.standardOutput.contains(#""handshake":"resumed""#), "\(why.output)")
    let report = try tool.connect(front.port, options + ["--fast-open"])
    #expect(report.fastOpenReason == "prelude")
    #expect(report.isResumed && report.preludeMilliseconds > 0)
    #expect(front.heard == [prelude.heard, prelude.heard])
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test("A probe asks for TLS so, too")
  func probed() throws {
    let prelude = try #require(Prelude.all.first)
    let front = try PreludeServer(prelude.steps + [.say(prelude.goAhead), .relay(server.port)])
    let words = ["probe", "127.0.0.1:\(front.port)", "--server-name", "localhost", "--starttls", prelude.name]
    let result = try tool.run(words + tool.trust.arguments)
    #expect(result.standardOutput.hasPrefix("localhost:\(front.port): resumes: yes"), "\(result.output)")
    #expect(front.heard.count > 3 && Set(front.heard) == [prelude.heard])
    #expect(try tool.run(words + ["--http"]).status == 64)
  }

  @Test("bytes between the go-ahead and TLS are an error, and cost no ticket", arguments: Prelude.all)
  func injected(prelude: Prelude) throws {
    let port = try FreePort.find()
    var front: PreludeServer? = try PreludeServer(
      prelude.steps + [.say(prelude.goAhead), .relay(server.port)], port: port)
    #expect(try tool.connect(port, ["--starttls", prelude.name]).reason == "noTicket")
    let before = tool.records()
    for more in [[UInt8](repeating: 0x16, count: 1), Array("250 you are somebody else\r\n".utf8)] {
      front = nil
      front = try PreludeServer(prelude.steps + [.say(prelude.goAhead + more), .relay(server.port)], port: port)
      let result = try connect(port, prelude)
      #expect(result.isFailure(saying: "goes on in the clear where TLS is to begin", status: 5), "\(result.output)")
    }
    #expect(tool.records() == before && before.count == 2)
    // The relay has connected, and nobody has sent a ClientHello.
    #expect(server.connections.allSatisfy { $0.clientHellos.count == ($0.isResumed || $0.version != nil ? 1 : 0) })
    #expect(server.connections.filter { $0.version != nil }.count == 1)
    withExtendedLifetime(front) {}
  }

  @Test("a server that refuses, or answers otherwise, gets no ClientHello", arguments: Prelude.all)
  func refused(prelude: Prelude) throws {
    for steps in prelude.refusals {
      let front = try PreludeServer(steps + [.relay(server.port)])
      let result = try connect(front.port, prelude)
      #expect(result.isFailure(saying: "127.0.0.1:\(front.port) ", status: 5), "\(result.output)")
      let text = result.standardError
      #expect(text.contains("doesn't begin TLS by \(prelude.name)") || text.contains("offers no STARTTLS"), "\(text)")
      #expect(front.heard.allSatisfy { !$0.contains(0x16) || prelude.name == "ldap" || prelude.name == "postgres" })
    }
    #expect(server.connections.allSatisfy { $0.clientHellos.isEmpty })
  }

  @Test("a server that never ends, or closes, or says nothing, is left", arguments: Prelude.all)
  func bounded(prelude: Prelude) throws {
    let isLines = ["smtp", "imap", "pop3", "ftp"].contains(prelude.name)
    // A byte of a line for ever, and lines for ever; of the others what they wait for never comes.
    if isLines || prelude.name == "xmpp" {
      let endless = try PreludeServer([.saying([UInt8](repeating: 0x78, count: 1_000))])
      #expect(try connect(endless.port, prelude).isFailure(saying: "says too much before TLS", status: 5))
    }
    if let line = ["smtp": "220-x\r\n", "ftp": "220-x\r\n", "imap": "* OK\r\n"][prelude.name] {
      let endless = try PreludeServer([.saying(Array(line.utf8))])
      #expect(try connect(endless.port, prelude).isFailure(saying: "says too much before TLS", status: 5))
    }
    let closing = try ScriptedServer(.closing)
    defer { closing.stop() }
    if !isLines {
      #expect(try connect(closing.port, prelude).isFailure(saying: "the connection before TLS", status: 5))
    }
    let silent = try SilentServer()
    let result = try connect(silent.port, prelude, ["--timeout", "0.2"])
    #expect(result.isFailure(saying: "takes too long before TLS: the time limit has passed", status: 2))
  }

  @Test("what a server answers is shown without what a terminal obeys")
  func printed() throws {
    let front = try PreludeServer([.say("554 \u{1B}[31mno\u{9B}\r\n")])
    let result = try tool.run(tool.connectArguments(front.port, ["--starttls", "smtp"]))
    #expect(result.standardError.contains("'554 ?[31mno??'"), "\(result.standardError)")
  }

  @Test("vsftpd's control connection resumes", .needs(.vsftpd))
  func vsftpd() throws {
    let server = try VsftpdServer()
    let reports = try tool.connect(server.port, times: 2, ["--starttls", "ftp"])
    #expect(reports.map(\.handshake) == ["full", "resumed"], "\(reports)")
    #expect(server.waitForHandshakes(2).map(\.resumed) == [false, true])
  }

  @Test("the protocol's port is the default; other protocols there are none")
  func ports() throws {
    let ports = [
      "smtp": 25, "imap": 143, "pop3": 110, "ftp": 21, "ldap": 389, "xmpp": 5_222, "postgres": 5_432,
    ]
    for (name, port) in ports {
      let why = try tool.run(["why", "localhost", "--starttls", name] + tool.trust.arguments + tool.places)
      #expect(why.standardOutput.hasPrefix("localhost:\(port): "), "\(why.output)")
    }
    let result = try tool.run(tool.connectArguments(server.port, ["--starttls", "gopher"]))
    #expect(result.status == 64 && result.standardError.contains("smtp, imap, pop3, ftp, ldap, xmpp, postgres"))
  }
}
