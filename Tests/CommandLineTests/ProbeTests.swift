import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// `probe`: what a server does. What it finds out of which server, `ServerProbeTests` say.
struct ProbeTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func run(_ more: [String] = [], port: UInt16? = nil, trust: Tool.Trust? = nil) throws -> ProcessResult {
    // Where a store would be looked for.
    let places = ["GNUTLS_RESUME_STORE": tool.store, "GNUTLS_RESUME_KEY_FILE": tool.keyFile]
    return try tool.run(
      ["probe", "127.0.0.1:\(port ?? server.port)", "--server-name", "localhost"]
        + (trust ?? tool.trust).arguments + more, environment: places)
  }

  private func object(_ text: String) throws -> [String: Any] {
    #expect(text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("the verdict comes first, in words, and then what it rests on")
  func text() throws {
    let result = try run(["--reuse"])
    let lines = result.standardOutput.split(separator: "\n").map(String.init)
    #expect(result.status == 0 && result.standardError.isEmpty)
    #expect(lines.first == "localhost:\(server.port): resumes: yes, 2 tickets a connection")
    var rows: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let gap = line.range(of: "  ") else { continue }
      rows[String(line[..<gap.lowerBound])] = String(line[gap.upperBound...].drop { $0 == " " })
    }
    #expect(rows["versions"] == "TLS1.3, TLS1.2")
    #expect(rows["tickets"] == "2 after a full handshake, 2 after a resumed one")
    #expect(rows["ticket lifetime"]?.hasSuffix("21600 s") == true && rows["ticket reuse"] == "accepted")
    #expect(rows["early data"] == "none")
    #expect(rows["TLS1.2 tickets"]?.hasPrefix("resumed, lifetime 21600 s, ") == true)
    #expect(rows["full handshakes"]?.contains(" ms to ") == true)
    #expect(rows["resumed handshakes"]?.contains(" ms, median ") == true)
    #expect(rows["connections"] == "10")
  }

  @Test("JSON has identifiers and numbers, and each key is there, also where it is null")
  func json() throws {
    let result = try run(["--json"])
    #expect(result.status == 0 && result.standardError.isEmpty)
    let report = try object(result.standardOutput)
    #expect(
      Set(report.keys) == [
        "server", "port", "address", "addressCount", "resumption", "reason", "error", "versions", "alpn", "tls13",
        "tls12", "sharesKeys", "otherAddresses", "fullMilliseconds", "resumedMilliseconds", "connections", "isCut",
        "failures",
      ])
    #expect(report["server"] as? String == "localhost" && report["port"] as? Int == Int(server.port))
    #expect(report["resumption"] as? String == "yes" && report["address"] as? String == "127.0.0.1")
    for key in ["reason", "error", "alpn", "sharesKeys"] { #expect(report[key] is NSNull, "\(key)") }
    let tls13 = try #require(report["tls13"] as? [String: Any])
    #expect(
      Set(tls13.keys) == [
        "cipherSuite", "group", "serverGroups", "helloRetryRequest", "ticketsPerFull", "ticketsPerResumed",
        "lifetimeSeconds", "ticketBytes", "ticketMilliseconds", "ticketsHeldBack", "offers", "offersTaken", "reuse",
        "earlyDataBytes", "ticketRequests",
      ])
    #expect(tls13["ticketsPerFull"] as? Int == 2 && (tls13["lifetimeSeconds"] as? [Int])?.last == 21_600)
    #expect(tls13["ticketRequests"] as? String == "ignored" && tls13["reuse"] is NSNull)
    let tls12 = try #require(report["tls12"] as? [String: Any])
    #expect(
      Set(tls12.keys) == [
        "cipherSuite", "group", "extendedMasterSecret", "tickets", "sessionIDs", "lifetimeSeconds", "ticketBytes",
      ])
    #expect(tls12["tickets"] as? String == "resumed" && tls12["extendedMasterSecret"] as? Bool == true)
    let times = try #require(report["fullMilliseconds"] as? [String: Any])
    #expect(Set(times.keys) == ["min", "median", "max", "count"])
  }

  @Test("the store is neither read nor written, and what is kept of the server stays for those who use it")
  func store() throws {
    #expect(try run().status == 0)
    #expect(!Tool.exists(tool.store) && !Tool.exists(tool.keyFile))
    let home = try FileManager.default.subpathsOfDirectory(atPath: tool.folder.file("home"))
    #expect(home.isEmpty)

    try tool.connect(server.port)
    let kept = Set(try #require(server.waitForConnections(server.connections.count).last).issuedTickets)
    let before = tool.storeFiles
    let count = server.connections.count
    #expect(try run(["--reuse"]).status == 0)
    #expect(tool.storeFiles == before)
    let offered = server.connections.dropFirst(count).flatMap { $0.clientHello?.pskIdentities.map(\.identity) ?? [] }
    #expect(!offered.isEmpty && kept.isDisjoint(with: offered) && !kept.isEmpty)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("nor does the library that is preloaded note anything there")
  func preloaded() throws {
    let own = try BuiltProducts.executable("gnutls-resume")
    let result = try tool.run(
      ["run", "--verbose"] + tool.places + ["--", own, "probe", "localhost:\(server.port)"] + tool.trust.arguments)
    #expect(result.status == 0 && result.standardError.isEmpty, "\(result.output)")
    #expect(result.standardOutput.hasPrefix("localhost:\(server.port): resumes: yes, "))
    #expect(!Tool.exists(tool.store) && !Tool.exists(tool.keyFile))
    // What else is preloaded stays.
    let shim = BuiltProducts.preloadedLibrary
    let words = ["probe", "localhost:\(server.port)"] + tool.trust.arguments
    // The loader complains at each start.
    let starts = { (words: [String]) throws -> Int in
      let result = try tool.run(words, environment: ["LD_PRELOAD": "/nonexistent.so:\(shim)"])
      #expect(result.status == 0)
      return result.standardError.components(separatedBy: "/nonexistent.so").count
    }
    #expect(try starts(words) == starts(["--version"]) + 1)
  }

  @Test("--expect: 4 where it doesn't resume, 7 for what else it lacks, 0 where it is as expected")
  func expectations() throws {
    #expect(try run(["--expect", "resumption", "--expect", "tls1.3"]).status == 0)
    let early = try run(["--expect", "early-data", "--json"])
    #expect(early.status == 7 && early.errorLines.count == 1)
    #expect(early.standardError == "error: localhost:\(server.port) lacks what --expect asks for: early-data\n")
    #expect(try object(early.standardOutput)["error"] as? String == "notProvided")
    server.update { $0.maxEarlyData = 100 }
    #expect(try run(["--expect", "early-data"]).status == 0)
    server.update { $0.tickets.count = 0 }
    let none = try run(["--expect", "resumption", "--expect", "early-data", "--json"])
    #expect(none.status == 4)
    let report = try object(none.standardOutput)
    #expect(report["error"] as? String == "notResumed" && report["resumption"] as? String == "onlyTLS12")
    #expect(report["reason"] as? String == "nothingGiven")
    server.update { $0.versions = .tls12 }
    #expect(try run(["--expect", "tls1.3"]).status == 7 && run(["--expect", "resumption"]).status == 0)
  }

  @Test("fails as connect does, and says so in JSON too")
  func failures() throws {
    let other = try run(["--json"], trust: .file(Fixture.ecdsa.otherRoot))
    #expect(other.status == 3 && other.errorLines.count == 1 && other.standardError.contains("is not trusted"))
    let report = try object(other.standardOutput)
    #expect(Set(report.keys) == ["server", "port", "error", "message"] && report["error"] as? String == "notTrusted")
    #expect(report["server"] as? String == "localhost" && report["port"] as? Int == Int(server.port))

    let closed = try run(port: FreePort.find())
    #expect(closed.status == 2 && closed.standardOutput.isEmpty && closed.errorLines.count == 1)
    let silent = try SilentServer()
    let late = try run(["--timeout", "0.6"], port: silent.port)
    withExtendedLifetime(silent) { #expect(late.status == 2 && late.standardError.contains("takes too long")) }
    let plain = try ScriptedServer(.answering("HTTP/1.1 400 \u{1B}[31mBad\r\n\r\n"))
    defer { plain.stop() }
    let answer = try run(port: plain.port)
    #expect(answer.status == 5 && answer.errorLines.count == 1 && !answer.output.contains("\u{1B}"))
    #expect(try run(["--priority", "NONSENSE"]).status == 1)
    #expect(try run(["--cacert", tool.folder.file("none")], trust: .insecure).status == 64)
    #expect(try run(trust: .file(tool.folder.file("none"))).status == 3)
  }

  @Test("what the server chooses is shown, and can't command the terminal")
  func hostileName() throws {
    let name = "\u{1B}[31mred\u{202E}"
    server.update { $0.alpn = [name] }
    let result = try run(["--alpn", name])
    #expect(result.status == 0 && result.standardOutput.contains("\\u{1B}[31mred\\u{202E}"))
    let json = try run(["--alpn", name, "--json"])
    #expect(!(result.output + json.output).unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    #expect(try object(json.standardOutput)["alpn"] as? String == name)
  }

  @Test("a farm is told in the second line")
  func farm() throws {
    let other = try TLSServer(certificates: [Fixture.ecdsa.serverCertificate], host: 2, port: server.port)
    let resolve = ["--resolve", "localhost:\(server.port):127.0.0.1,127.0.0.2"]
    let result = try tool.run(["probe", "localhost:\(server.port)"] + tool.trust.arguments + resolve)
    let lines = result.standardOutput.split(separator: "\n")
    #expect(
      lines.dropFirst().first
        == "a farm whose machines don't share keys: a ticket of 127.0.0.1 was declined at 127.0.0.2")
    #expect(other.connections.count == 1)
  }

  @Test("gnutls-serv: two tickets each time, and both ways of TLS 1.2", .needs(.gnutlsServ, .networkNamespaces))
  func gnutlsServ() throws {
    let command =
      [tool.executable, "probe", "127.0.0.1:\(GnuTLSServ.port)", "--server-name", "localhost", "--json"]
      + tool.trust.arguments
    let outcome = try GnuTLSServ.run([GnuTLSServ.Client(command)], environment: tool.environment)
    let report = try object(try #require(outcome.clients.first).standardOutput)
    let tls13 = try #require(report["tls13"] as? [String: Any])
    #expect(report["resumption"] as? String == "yes")
    #expect(tls13["ticketsPerFull"] as? Int == 2 && tls13["ticketsPerResumed"] as? Int == 2)
    let tls12 = try #require(report["tls12"] as? [String: Any])
    #expect(tls12["tickets"] as? String == "resumed" && tls12["sessionIDs"] as? String == "resumed")
    #expect(outcome.handshakes.filter(\.resumed).count == 5)
  }
}
