import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("connect --proxy")
struct ProxyTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// To a host that only a proxy can find.
  private func connect(
    _ proxy: String, host: String = "nowhere.invalid:4433", _ more: [String] = []
  ) throws -> ProcessResult {
    try tool.run(
      ["connect", host, "--server-name", "localhost", "--json", "--proxy", proxy] + tool.trust.arguments + tool.places
        + more)
  }

  private static let established = "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"

  @Test("by CONNECT: the proxy is told the name, and tickets are the server's")
  func http() throws {
    let proxy = try PreludeServer([.hear(until: "\r\n\r\n"), .say(Self.established), .relay(server.port)])
    let url = "http://127.0.0.1:\(proxy.port)"
    let reports = try (0..<2).map { _ in try Report(connect(url)) }
    #expect(reports.map(\.isResumed) == [false, true] && reports.allSatisfy { $0.preludeMilliseconds > 0 })
    let request = "CONNECT nowhere.invalid:4433 HTTP/1.1\r\nHost: nowhere.invalid:4433\r\n\r\n"
    #expect(proxy.heardTexts == [request, request])
    // They are of the name and port, whichever way it is reached.
    #expect(try tool.connect(server.port).reason == "noTicket")
    #expect(try Report(connect(url, host: "127.0.0.1:\(server.port)")).isResumed)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("an IPv6 address stands in brackets; credentials are sent, and shown nowhere")
  func credentials() throws {
    let proxy = try PreludeServer([.hear(until: "\r\n\r\n"), .say(Self.established), .relay(server.port)])
    let result = try connect("http://me:s%20cret%3A@127.0.0.1:\(proxy.port)/", host: "[::1]:4433", ["--verbose"])
    #expect(try Report(result.standardOutput).reason == "noTicket")
    #expect(
      proxy.heardTexts == [
        "CONNECT [::1]:4433 HTTP/1.1\r\nHost: [::1]:4433\r\nProxy-Authorization: Basic bWU6cyBjcmV0Og==\r\n\r\n"
      ])
    let refusing = try PreludeServer([.hear(until: "\r\n\r\n"), .say("HTTP/1.1 407 me:s cret:\r\n\r\n")])
    let refused = try connect("http://me:s%20cret%3A@127.0.0.1:\(refusing.port)", ["--verbose"])
    #expect(refused.isFailure(saying: "wants other credentials", status: 2))
    for text in [result.output, refused.output] { #expect(!text.contains("cret") && !text.contains("bWU6")) }
  }

  @Test(
    "an HTTP proxy that refuses, or isn't one, is told of",
    arguments: [
      ("HTTP/1.1 403 Forbidden\r\n\r\n", "doesn't connect to nowhere.invalid:4433: status 403"),
      ("HTTP/1.1 502\r\n\r\n", "status 502"), ("SSH-2.0-x\r\n", "doesn't answer as an HTTP proxy does"),
      ("HTTP/1.1 2xx\r\n", "doesn't answer as an HTTP proxy does"), ("\r\n", "doesn't answer as an HTTP proxy does"),
    ])
  func refusals(answer: String, words: String) throws {
    let proxy = try PreludeServer([.hear(until: "\r\n\r\n"), .say(answer), .relay(server.port)])
    let result = try connect("http://127.0.0.1:\(proxy.port)")
    #expect(result.isFailure(saying: words, status: 2), "\(result.output)")
    #expect(result.isFailure(saying: "the proxy http://127.0.0.1:\(proxy.port) "))
    #expect(server.connections.allSatisfy { $0.clientHellos.isEmpty })
  }

  @Test("what a proxy says is bounded, in bytes and time; one that isn't there is told of")
  func bounded() throws {
    let endless = try PreludeServer([
      .hear(until: "\r\n\r\n"), .say("HTTP/1.1 200\r\n"), .saying(Array("a: b\r\n".utf8)),
    ])
    #expect(try connect("http://127.0.0.1:\(endless.port)").isFailure(saying: "says too much before TLS", status: 2))
    let silent = try SilentServer()
    for kind in ["http", "socks5"] {
      let result = try connect("\(kind)://127.0.0.1:\(silent.port)", ["--timeout", "0.2"])
      #expect(result.isFailure(saying: "takes too long before TLS", status: 2))
    }
    let port = try FreePort.find()
    let gone = try connect("http://127.0.0.1:\(port)")
    #expect(gone.isFailure(saying: "the proxy: can't connect to 127.0.0.1:\(port): Connection refused", status: 2))
  }

  @Test("bytes between the proxy's answer and TLS are an error")
  func injected() throws {
    let answers = [Array(Self.established.utf8) + [0x15], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [0x15]]
    for (kind, answer) in zip(["http", "socks5"], answers) {
      let greeting: [PreludeServer.Step] =
        kind == "http" ? [.hear(until: "\r\n\r\n")] : [.hearBytes(3), .say([5, 0]), .hearBytes(22)]
      let proxy = try PreludeServer(greeting + [.say(answer), .relay(server.port)])
      let result = try connect("\(kind)://127.0.0.1:\(proxy.port)")
      #expect(result.isFailure(saying: "nowhere.invalid:4433 goes on in the clear", status: 5), "\(result.output)")
    }
  }

  @Test(
    "by SOCKS5: a name as a name, an address as one",
    arguments: [
      ("Nowhere.invalid.", [3, 15] + Array("nowhere.invalid".utf8)), ("192.0.2.1", [1, 192, 0, 2, 1]),
      ("[2001:db8::1]", [4, 0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ] as [(String, [UInt8])])
  func socks(host: String, address: [UInt8]) throws {
    let request = [5, 1, 0] + address + [0x11, 0x51]
    let proxy = try PreludeServer([
      .hearBytes(3), .say([5, 0]), .hearBytes(request.count), .say([5, 0, 0, 3, 1, 0x78, 0, 1]), .relay(server.port),
    ])
    let reports = try (0..<2).map { _ in
      try Report(connect("socks5://127.0.0.1:\(proxy.port)", host: "\(host):4433"))
    }
    #expect(reports.map(\.isResumed) == [false, true])
    let heard = [5, 1, 0] + request
    #expect(proxy.heard == [heard, heard])
  }

  @Test("by SOCKS5 with a user and a password, which are shown nowhere")
  func password() throws {
    let login: [UInt8] = [1, 2] + Array("me".utf8) + [7] + Array("secret!".utf8)
    func steps(_ answer: [UInt8]) -> [PreludeServer.Step] {
      [.hearBytes(4), .say([5, 2]), .hearBytes(login.count), .say(answer), .hearBytes(22)]
    }
    let proxy = try PreludeServer(steps([1, 0]) + [.say([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]), .relay(server.port)])
    let result = try connect("socks5://me:secret%21@127.0.0.1:\(proxy.port)", ["--verbose"])
    #expect(try Report(result.standardOutput).reason == "noTicket")
    #expect(proxy.heard.first?.dropFirst(4).prefix(login.count).elementsEqual(login) == true)
    let refusing = try PreludeServer(steps([1, 1]))
    let refused = try connect("socks5://me:secret%21@127.0.0.1:\(refusing.port)", ["--verbose"])
    #expect(refused.isFailure(saying: "doesn't take the credentials", status: 2))
    for text in [result.output, refused.output] { #expect(!text.contains("secret")) }
  }

  @Test(
    "a SOCKS5 proxy that refuses, or isn't one, is told of",
    arguments: [
      ([.hearBytes(3), .say([5, 0xFF])], "wants credentials"),
      ([.hearBytes(3), .say([5, 2])], "wants credentials"),
      ([.hearBytes(3), .say([4, 0])], "doesn't answer as a SOCKS5 proxy does"),
      ([.hearBytes(3), .say([5, 0]), .hearBytes(22), .say([5, 5, 0, 1])], "the connection is refused"),
      ([.hearBytes(3), .say([5, 0]), .hearBytes(22), .say([5, 2, 0, 1])], "its rules don't allow it"),
      ([.hearBytes(3), .say([5, 0]), .hearBytes(22), .say([5, 0, 0, 9])], "doesn't answer as a SOCKS5 proxy does"),
    ] as [([PreludeServer.Step], String)])
  func socksRefusals(steps: [PreludeServer.Step], words: String) throws {
    let proxy = try PreludeServer(steps)
    #expect(try connect("socks5://127.0.0.1:\(proxy.port)").isFailure(saying: words, status: 2))
  }

  @Test("STARTTLS through a proxy, whose answer comes in one piece with the server's greeting")
  func startTLS() throws {
    let proxy = try PreludeServer([
      .hear(until: "\r\n\r\n"), .say(Self.established + "+OK ready\r\n"), .hear(until: "STLS\r\n"), .say("+OK\r\n"),
      .relay(server.port),
    ])
    let options = ["--starttls", "pop3"]
    let reports = try (0..<2).map { _ in
      try Report(connect("http://127.0.0.1:\(proxy.port)", host: "nowhere.invalid", options))
    }
    #expect(reports.map(\.isResumed) == [false, true] && reports.map(\.port) == [110, 110])
    #expect(proxy.heardTexts.first?.hasPrefix("CONNECT nowhere.invalid:110 ") == true)
  }

  @Test("why connects to no proxy, and foretells what comes through one")
  func why() throws {
    let proxy = try PreludeServer([.hear(until: "\r\n\r\n"), .say(Self.established), .relay(server.port)])
    let url = "http://127.0.0.1:\(proxy.port)"
    let words = ["why", "nowhere.invalid:4433", "--server-name", "localhost", "--proxy", url] + tool.trust.arguments
    #expect(try tool.run(words + tool.places).standardOutput.contains("(noTicket)"))
    #expect(proxy.heard.isEmpty)
    _ = try Report(connect(url))
    #expect(try tool.run(words + tool.places).standardOutput.hasPrefix("localhost:4433: resumes"))
    #expect(try Report(connect(url)).isResumed)
  }

  @Test(
    "a URL that is none is a wrong command line, and shows no password",
    arguments: [
      "127.0.0.1:1", "https://u:secret@x:1", "http://u:secret@x", "http://u:secret@x:0", "socks5://u:secret@:1",
      "socks5://:secret@x:1", "http://u:secret%4@x:1", "http://u:secret%ff@x:1", "http://u:secret@x:1/path", "",
    ])
  func usage(url: String) throws {
    let result = try connect(url)
    #expect(result.status == 64 && result.errorLines.count == 1, "\(result.output)")
    #expect(result.standardError.contains("--proxy") && !result.output.contains("secret"))
  }

  @Test("a URL that is no text is one too, and shows no password")
  func noText() throws {
    let result = try tool.shell("$TOOL connect localhost --proxy \"$(printf 'http://u:secret\\377@x:1')\"")
    #expect(
      result.status == 64 && result.standardError.contains("--proxy is no text") && !result.output.contains("secret"))
  }

  @Test("--resolve and --proxy exclude each other")
  func resolve() throws {
    let result = try connect("http://127.0.0.1:1", ["--resolve", "nowhere.invalid:4433:127.0.0.1"])
    #expect(result.status == 64 && result.output.contains("the proxy looks names up"))
  }
}
