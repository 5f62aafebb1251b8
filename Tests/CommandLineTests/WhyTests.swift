import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// `why`: what the next connection would do.
struct WhyTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private struct Forecast: Decodable {
    struct Kept: Decodable {
      struct Record: Decodable {
        let kind: String
        let program, verdictUntil, judgement: String?
        let expires: String
        let isOffered: Bool
      }

      let server: String
      let port: Int
      let differs: [String]
      let alpnProtocols: [String]
      let records: [Record]
    }

    let server: String
    let port: Int
    let handshake: String
    let reason: String?
    let ticketAgeSeconds: Int?
    let offersRestUntil: String?
    let unopened: Int
    let kept: [Kept]
  }

  private func ask(_ more: [String] = []) throws -> ProcessResult {
    try tool.run(["why"] + tool.connectArguments(server.port).dropFirst().filter { $0 != "--json" } + more)
  }

  private func forecast(_ more: [String] = []) throws -> Forecast {
    let result = try ask(more + ["--json"])
    try #require(result.status == 0 && result.standardError.isEmpty, "\(result.output)")
    #expect(result.standardOutput.split(separator: "\n").count == 1)
    return try JSONDecoder().decode(Forecast.self, from: Data(result.standardOutput.utf8))
  }

  @Test("says what connect then does, connects to nobody, and leaves the store as it is")
  func foretold() throws {
    #expect(try forecast().reason == "noTicket" && !Tool.exists(tool.store) && !Tool.exists(tool.keyFile))
    try tool.connect(server.port)
    let before = tool.storeFiles
    let own = try forecast()
    #expect(own.handshake == "resumed" && own.reason == nil && own.ticketAgeSeconds.map { $0 < 60 } == true)
    #expect(own.server == "localhost" && own.port == Int(server.port))
    #expect(own.kept.map(\.differs) == [[]] && own.kept.first?.records.filter(\.isOffered).count == 1)
    #expect(own.kept.first?.records.allSatisfy { $0.program == tool.executable && $0.verdictUntil != nil } == true)
    #expect(try forecast(["--no-resume"]).reason == "disabled")
    #expect(try forecast(["--alpn", "h2"]).reason == "policyChanged")
    #expect(try forecast(["--alpn", "h2"]).kept.map(\.differs) == [["alpnProtocols"]])
    #expect(tool.storeFiles == before && server.connections.count == 1)
    #expect(try tool.connect(server.port).isResumed)
  }

  @Test("tells people the same, with a paragraph for each identity")
  func text() throws {
    let stored =
      try tool.connect(server.port).ticketsStored + tool.connect(server.port, ["--alpn", "h2"]).ticketsStored
    let lines = try ask().standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
    let peer = "localhost:\(server.port)"
    #expect(lines.first?.hasPrefix("\(peer): resumes, if the server takes a ticket that is ") == true)
    #expect(lines.contains("\(peer), verified, by \(tool.executable): as asked for"))
    #expect(lines.contains("\(peer), ALPN h2, verified, by \(tool.executable): other ALPN list"))
    #expect(lines.filter { $0.hasSuffix(", would be offered") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("  ticket, until ") && $0.contains(", verdict until ") }.count == stored)
  }

  @Test("says what is expired, not trusted, or rests")
  func reasons() throws {
    server.update { $0.tickets.announcedLifetime = 1 }
    try tool.connect(server.port)
    usleep(2_050_000)
    // Twice, as looking removes nothing.
    for _ in 0..<2 { #expect(try forecast().reason == "expired") }
    #expect(try ask().standardOutput.contains("  ticket, expired "))
    #expect(try tool.connect(server.port).reason == "expired")

    server.update { $0.tickets.announcedLifetime = nil }
    try tool.connect(server.port)
    var other = self.tool
    other.trust = .file(Fixture.ecdsa.otherRoot)
    let result = try other.run(["why"] + other.connectArguments(server.port).dropFirst().filter { $0 != "--json" })
    #expect(result.standardOutput.contains("(trustChanged)") && result.standardOutput.contains("is not trusted now"))

    // Two offers that fail, each with a ticket: under load one may come too late to be kept.
    for _ in 0..<10 where try forecast().reason != "withheld" {
      server.update { $0.failure = nil }
      try tool.connect(server.port, ["--alpn", "x"])
      server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
      try tool.connect(server.port, ["--alpn", "x"])
    }
    #expect(try forecast().reason == "withheld" && forecast().offersRestUntil != nil)
    #expect(try ask().standardOutput.contains("offers have broken connections: none is made until "))
  }

  @Test("names the store where nothing is kept, and tells a lost key")
  func lostKey() throws {
    try tool.connect(server.port)
    try FileManager.default.removeItem(atPath: tool.keyFile)
    let text = try ask().standardOutput
    #expect(text.contains("(noTicket)") && text.contains("2 tickets in \(tool.store) are sealed under a key"))
    #expect(text.contains("nothing is kept of localhost:\(server.port) in \(tool.store)"))
    #expect(try forecast().unopened == 2)
  }

  @Test("fails as connect would before it connects")
  func failures() throws {
    let result = try tool.run(
      ["why", "localhost", "--ca-file", tool.folder.file("none")] + tool.places)
    #expect(result.isFailure(saying: "localhost:443 is not trusted: can't read the trust file"))
    #expect(try ask(["--priority", "NONSENSE"]).isFailure(saying: "the priority string 'NONSENSE' can't be used"))
    #expect(try ask(["--cert", "x"]).isFailure(saying: "--cert and --key go together.", status: 64))
    #expect(server.connections.isEmpty)
  }
}
