import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// `list`, `forget`, `purge` and `stats`.
struct InventoryTests {
  private let tool: Tool
  private let server: TLSServer
  private let second: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    var script = ServerScript()
    script.versions = .tls12
    second = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
  }

  private func list() throws -> [[String: Any]] {
    let text = try tool.ask("list", "--json")
    #expect(text.split(separator: "\n").count == 1)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
  }

  private struct Counts: Decodable {
    struct Store: Decodable {
      let store: String
      let isShared: Bool
      let tickets, sessions, notes, bytes, mostRecords, mostBytes, mostPerIdentity: Int
    }

    let tickets, sessions, notes, bytes, unopened: Int
    let stores: [Store]
  }

  private func stats() throws -> Counts {
    try JSONDecoder().decode(Counts.self, from: Data(tool.ask("stats", "--json").utf8))
  }

  private func connectToBoth() throws {
    try tool.connect(server.port)
    try tool.connect(second.port)
  }

  @Test("list shows each server with its tickets, sessions and times")
  func listed() throws {
    try connectToBoth()
    let entries = try list()
    let byPort = Dictionary(
      uniqueKeysWithValues: entries.compactMap { entry in (entry["port"] as? Int).map { ($0, entry) } })
    let tickets = try #require(byPort[Int(server.port)])
    let sessions = try #require(byPort[Int(second.port)])
    #expect(entries.count == 2 && entries.allSatisfy { $0["server"] as? String == "localhost" })
    #expect(tickets["tickets"] as? Int == 2 && tickets["sessions"] as? Int == 0)
    #expect(sessions["tickets"] as? Int == 0 && sessions["sessions"] as? Int == 1)
    for entry in entries {
      let format = ISO8601DateFormatter()
      let newest = try #require((entry["newest"] as? String).flatMap { format.date(from: $0) })
      let expiry = try #require((entry["expires"] as? String).flatMap { format.date(from: $0) })
      #expect(abs(newest.timeIntervalSinceNow) < 60)
      #expect(expiry > newest && expiry < newest + 7 * 86_400)
    }
  }

  @Test("list as text has a heading and a line for each server")
  func listedAsText() throws {
    try connectToBoth()
    let lines = try tool.ask("list").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let headings = ["SERVER", "TICKETS", "SESSIONS", "NEWEST", "EXPIRES", "PROGRAM", "ALPN", "POLICY"]
    #expect(lines.count == 3 && lines.first == headings)
    let starts = Set(lines.dropFirst().map { Array($0.prefix(3)) })
    #expect(starts == [["localhost:\(server.port)", "2", "0"], ["localhost:\(second.port)", "0", "1"]])
  }

  @Test("No name makes list print what a terminal obeys, nor another row")
  func printedNames() throws {
    var careless = tool
    careless.trust = .insecure
    for name in ["a\u{1B}[31mb", "a\u{9B}31mb", "x\nlocalhost:443  9  9  forged", "\u{202E}moc.elpmaxe"] {
      _ = try careless.run(careless.connectArguments(server.port, ["--server-name", name]))
    }
    for text in [try tool.ask("list"), try tool.ask("list", "--json")] {
      let odd = text.unicodeScalars.filter {
        $0 != "\n" && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
      }
      #expect(odd.isEmpty, "\(odd)")
      #expect(!text.split(separator: "\n").contains { $0.hasPrefix("localhost:443") })
    }
    #expect(try list().allSatisfy { $0.keys.contains("program") })
  }

  @Test("stats counts tickets, sessions and bytes, as JSON and as text")
  func counted() throws {
    try connectToBoth()
    let counts = try stats()
    #expect(counts.tickets == 2 && counts.sessions == 1 && counts.unopened == 0)
    #expect(counts.bytes >= 3 * 4096 && counts.bytes % 4096 == 0)
    let text = try tool.ask("stats")
    #expect(text.contains("tickets:  2\n") && text.contains("sessions: 1\n"))
  }

  @Test("stats names the store, its bounds, and what of them is used")
  func bounds() throws {
    try connectToBoth()
    let store = try #require(try stats().stores.first)
    #expect(try stats().stores.count == 1 && store.store == tool.store && !store.isShared)
    #expect(store.mostRecords == 20_000 && store.mostBytes == 64 << 20 && store.mostPerIdentity == 4)
    let records = store.tickets + store.sessions + store.notes
    let text = try tool.ask("stats")
    #expect(text.hasPrefix("store:    \(tool.store)\n"))
    #expect(text.contains("records:  \(records) of 20000 (0.1 %), 4 of an identity\n"))
    #expect(text.hasSuffix("bytes:    \(store.bytes) of 67108864 (0.1 %)\n"))
  }

  @Test("forget HOST:PORT removes what is kept of that server, and nothing else")
  func forgetOne() throws {
    try connectToBoth()
    #expect(try tool.ask("forget", "localhost:\(server.port)") == "removed: 2\n")
    #expect(try list().compactMap { $0["port"] as? Int } == [Int(second.port)])
    #expect(try tool.connect(server.port).reason == "noTicket")
    #expect(try tool.connect(second.port).isResumed)
    #expect(server.waitForConnections(2).map { $0.clientHello?.offersResumption } == [false, false])
  }

  @Test("forget HOST removes every port, and no other host")
  func forgetEveryPort() throws {
    try connectToBoth()
    var careless = tool
    careless.trust = .insecure
    try careless.connect(server.port, ["--server-name", "other.example"])
    #expect(try tool.ask("forget", "localhost") == "removed: 3\n")
    #expect(try list().compactMap { $0["server"] as? String } == ["other.example"])
  }

  @Test(
    "forget of a server that isn't known removes nothing", arguments: ["elsewhere", "elsewhere:443", "localhost:1"])
  func forgetUnknown(host: String) throws {
    try connectToBoth()
    #expect(try tool.ask("forget", host) == "removed: 0\n")
    #expect(try stats().tickets == 2)
  }

  @Test("purge removes everything, and the next run starts anew")
  func purge() throws {
    try connectToBoth()
    #expect(try tool.ask("purge") == "removed: 3\n")
    #expect(try list().isEmpty && tool.records().isEmpty && tool.records("s").isEmpty)
    #expect(try stats().bytes == 0)
    #expect(try tool.connect(server.port).reason == "noTicket")
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("purge --expired removes only what has expired; list doesn't show that, stats counts it")
  func purgeExpired() throws {
    try tool.connect(second.port)
    server.update { $0.tickets.announcedLifetime = 1 }
    try tool.connect(server.port)
    usleep(2_050_000)
    #expect(try list().compactMap { $0["port"] as? Int } == [Int(second.port)])
    #expect(try stats().tickets == 2)
    #expect(try tool.ask("purge", "--expired") == "removed: 2\n")
    #expect(try stats().tickets == 0 && stats().sessions == 1)
    #expect(try tool.connect(second.port).isResumed)
  }

  @Test("On a store that isn't there, all answer; what removes makes an empty one, lest what is on its way be kept")
  func missingStore() throws {
    #expect(try tool.ask("list", "--json") == "[]\n")
    #expect(try tool.ask("list") == "")
    let counts = try stats()
    #expect(counts.bytes == 0 && counts.notes == 0 && counts.sessions == 0 && counts.tickets == 0)
    #expect(!Tool.exists(tool.store))
    for arguments in [["forget", "localhost"], ["forget", "localhost:1"], ["purge"], ["purge", "--expired"]] {
      let result = try tool.run(arguments + tool.places)
      #expect(result.status == 0 && result.standardOutput == "removed: 0\n")
    }
    #expect(tool.records().isEmpty && !Tool.exists(tool.keyFile))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.folder.file("home")).isEmpty)
  }

  @Test(
    "A store that can't be used is one line of error, and what can be done",
    arguments: [
      ["list"], ["stats"], ["purge"], ["forget", "localhost"],
    ])
  func unusableStore(arguments: [String]) throws {
    try tool.connect(server.port)
    let file = try tool.folder.write("file", "")
    let result = try tool.run(arguments + ["--store", file, "--key-file", tool.keyFile])
    #expect(result.isFailure(saying: "Not a directory") && result.isFailure(saying: "--store"))
  }

  @Test("list and stats say that a key is lost, and what can be done")
  func missingKey() throws {
    try connectToBoth()
    try FileManager.default.removeItem(atPath: tool.keyFile)
    for command in ["list", "stats"] {
      let result = try tool.run([command] + tool.places)
      let line = try #require(result.errorLines.first)
      #expect(result.status == 0 && line.contains("3 tickets in \(tool.store)") && line.contains(tool.keyFile))
      #expect(line.contains("purge"))
    }
    #expect(try list().isEmpty)
    #expect(try stats().tickets == 2 && stats().unopened == 3)
    #expect(!Tool.exists(tool.keyFile))
    // Under a new key it is the same, for what the old one has sealed.
    try tool.connect(server.port)
    #expect(try list().count == 1 && stats().unopened == 3)
  }

  @Test("list takes a server, with or without a port, in any spelling")
  func filtered() throws {
    try connectToBoth()
    func ports(_ server: String) throws -> [Int] {
      let text = try tool.ask("list", server, "--json")
      let entries = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
      return entries?.compactMap { $0["port"] as? Int }.sorted() ?? []
    }
    #expect(try ports("LOCALHOST.") == [Int(server.port), Int(second.port)].sorted())
    #expect(try ports("localhost:\(second.port)") == [Int(second.port)])
    #expect(try ports("localhost:1").isEmpty && ports("elsewhere").isEmpty)
  }

  @Test("list names the store if nothing is kept, and the server if one was asked for")
  func nothing() throws {
    for (words, what) in [([String](), "nothing is kept"), (["Elsewhere:1"], "nothing is kept of elsewhere:1")] {
      let result = try tool.run(["list"] + words + tool.places)
      #expect(result.status == 0 && result.standardOutput.isEmpty)
      #expect(result.standardError == "\(what) in \(tool.store)\n")
    }
  }

  @Test("list says program, ALPN and policy, and has a line for each way of connecting")
  func ways() throws {
    var careless = tool
    careless.trust = .insecure
    try tool.connect(server.port)
    try tool.connect(server.port, ["--alpn", "h2", "--alpn", "http/1.1", "--priority", "NORMAL"])
    try careless.connect(
      server.port, ["--cert", Fixture.ecdsa.clientCertificate, "--key", Fixture.ecdsa.clientKey])
    let entries = try list()
    #expect(entries.count == 3 && entries.allSatisfy { $0["program"] as? String == tool.executable })
    func entry(_ verification: String, _ alpn: [String]) throws -> [String: Any] {
      let found = entries.filter {
        $0["verification"] as? String == verification && $0["alpnProtocols"] as? [String] == alpn
      }
      return try #require(found.first)
    }
    #expect(try entry("engine", [])["priority"] is NSNull && entry("engine", [])["clientCertificate"] is NSNull)
    #expect(try entry("engine", ["h2", "http/1.1"])["priority"] as? String == "NORMAL")
    #expect((try entry("none", [])["clientCertificate"] as? String)?.count == 64)
    let text = try tool.ask("list")
    #expect(text.contains("  h2,http/1.1  verified, priority NORMAL\n"))
    #expect(text.contains("  -            not verified, client certificate\n"))
    #expect(text.contains("  -            verified\n"))
  }
}
