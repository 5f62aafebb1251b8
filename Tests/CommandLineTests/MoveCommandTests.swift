import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("gnutls-resume export and import")
struct MoveCommandTests {
  private let source: Tool
  private let destination: Tool
  private let server: TLSServer
  private let file: String

  init() throws {
    source = try Tool()
    destination = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    file = source.folder.file("exported")
  }

  private func id(_ tool: Tool) throws -> String {
    try tool.ask("stats", "--id").trimmingCharacters(in: .newlines)
  }

  /// Exports in a shell, as its output is no text.
  private func export(
    _ more: String = "", to target: String = ">\"$D/exported\"", host: String = "localhost"
  ) throws -> ProcessResult {
    try source.shell(
      "\"$TOOL\" export \(host) --for \"$ID\" --store \"$STORE\" --key-file \"$KEY\" \(more) \(target)",
      variables: ["ID": id(destination)])
  }

  private func take(_ file: String, _ more: [String] = [], from sender: String? = nil) throws -> ProcessResult {
    try destination.run(["import", file, "--from", sender ?? id(source)] + destination.places + more)
  }

  private struct Summary: Decodable, Equatable {
    var tickets = 0, sessions = 0
    var left, expired, lost, bytes: Int?
    var expires: String?

    init(_ text: String) throws { self = try JSONDecoder().decode(Summary.self, from: Data(text.utf8)) }
  }

  @Test("On the wire: the source offers an exported ticket no more, the destination offers it once")
  func onTheWire() throws {
    server.update { $0.tickets.count = 4 }
    try source.connect(server.port)
    let exported = try export("--json")
    let summary = try Summary(exported.standardError)
    #expect(exported.status == 0 && exported.standardOutput.isEmpty, "\(exported.output)")
    #expect(summary.tickets == 4 && summary.sessions == 0 && summary.left == 0)
    #expect(summary.bytes == (try Data(contentsOf: URL(fileURLWithPath: file)).count))
    #expect(source.records().isEmpty)
    server.update { $0.tickets.count = 0 }
    #expect(try source.connect(server.port).reason == "noTicket")
    let imported = try take(file, ["--json"])
    #expect(imported.status == 0 && imported.standardError.isEmpty)
    let taken = try Summary(imported.standardOutput)
    #expect(taken.tickets == 4 && taken.expired == 0 && taken.lost == 0 && taken.expires == summary.expires)
    for _ in 0..<4 { #expect(try destination.connect(server.port).isResumed) }
    #expect(try take(file).isFailure(saying: "imported before"))
    #expect(try destination.connect(server.port).reason == "noTicket")
    #expect(try source.connect(server.port).reason == "noTicket")
    let seen = server.waitForConnections(8)
    let offered = seen.compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(seen.map(\.isResumed) == [false, false, true, true, true, true, false, false])
    #expect(offered.count == 4 && Set(offered).count == 4)
  }

  @Test("Tickets of s_server move, TLS 1.3 and 1.2", .needs(.openssl), arguments: [true, false])
  func openssl(isTLS13: Bool) throws {
    var options = OpenSSLServer.Options()
    options.versions = isTLS13 ? .tls13 : .tls12
    let server = try OpenSSLServer(options)
    try source.connect(server.port)
    #expect(
      try export().standardError.hasPrefix("exported: \(isTLS13 ? "2 tickets, 0" : "0 tickets, 1") "))
    #expect(try take(file).standardOutput.hasPrefix("imported: "))
    #expect(try source.connect(server.port).reason == "noTicket")
    #expect(try destination.connect(server.port).isResumed)
    #expect(server.waitForHandshakes(3).map(\.resumed) == [false, false, true])
  }

  @Test("Only what was asked for leaves: servers by name and port")
  func chosen() throws {
    let second = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    try source.connect(server.port)
    try source.connect(second.port)
    #expect(try export(host: "example.com").isFailure(saying: "nothing is kept of example.com"))
    #expect(try export(host: "localhost:1 example.com").isFailure(saying: "localhost:1, example.com"))
    #expect(source.records().count == 4)
    #expect(
      try export(host: "example.com LOCALHOST:\(second.port)").standardError == "exported: 2 tickets, 0 sessions\n")
    #expect(try source.connect(server.port).isResumed)
    #expect(try source.connect(second.port).reason == "noTicket")
  }

  @Test("A file that can't be written is an error that says that the tickets are lost; they are used by nobody")
  func fullDisk() throws {
    try source.connect(server.port)
    let result = try export(to: ">/dev/full")
    #expect(result.isFailure(saying: "2 tickets, 0 sessions left the store and are lost", status: 1))
    #expect(source.records().isEmpty)
    #expect(try source.connect(server.port).reason == "noTicket")
  }

  @Test("Where nothing could arrive, nothing leaves the store: a terminal, a closed output")
  func noOutput() throws {
    try source.connect(server.port)
    let words = "$TOOL export localhost --for \(try id(destination)) --store $STORE --key-file $KEY"
    let terminal = try source.shell("script -qec \"\(words)\" /dev/null </dev/null")
    #expect(terminal.status == 1 && terminal.output.contains("no text for a terminal"))
    #expect(!terminal.output.contains("GRMOVED"))
    #expect(try export(to: ">&-").isFailure(saying: "standard output is closed"))
    #expect(source.records().count == 2)
  }

  @Test("A reader that has gone is told of as a full disk is")
  func brokenPipe() throws {
    try source.connect(server.port)
    let result = try export(to: "| true; sleep 0.1")
    // It may have been written before the reader went.
    #expect(result.standardError.contains("are lost") || result.standardError.contains("exported: 2"))
    #expect(source.records().isEmpty)
  }

  @Test("A file that isn't what it should be is refused in one line, and the real one is taken all the same")
  func hostileFiles() throws {
    try source.connect(server.port)
    #expect(try export().status == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    func written(_ name: String, _ bytes: Data) throws -> String {
      let path = source.folder.file(name)
      try bytes.write(to: URL(fileURLWithPath: path))
      return path
    }
    var flipped = bytes
    flipped[200] ^= 1
    #expect(try take(written("flipped", flipped)).isFailure(saying: "damaged"))
    #expect(try take(written("cut", bytes.prefix(150))).isFailure(saying: "damaged"))
    #expect(try take(written("beginning", bytes.prefix(50))).isFailure(saying: "only the beginning"))
    #expect(try take(written("empty", Data())).isFailure(saying: "only the beginning"))
    #expect(try take(source.keyFile).isFailure(saying: "no file of 'gnutls-resume export'"))
    #expect(try take(source.folder.file("missing")).isFailure(saying: "No such file"))
    #expect(try take("/dev/zero").isFailure(saying: "no regular file"))
    #expect(try take(source.folder.path).isFailure(saying: "no regular file"))
    let fifo = source.folder.file("fifo")
    #expect(unsafe mkfifo(fifo, 0o600) == 0)
    #expect(try take(fifo).isFailure(saying: "no regular file"))
    let large = source.folder.file("large")
    try #require(FileManager.default.createFile(atPath: large, contents: nil))
    #expect(unsafe truncate(large, 1 << 40) == 0)
    #expect(try take(large).isFailure(saying: "more than 16777216 bytes"))
    #expect(try take(self.file, from: id(destination)).isFailure(saying: "isn't from the store that --from names"))
    let third = try Tool()
    let elsewhere = try third.run(["import", self.file, "--from", id(source)] + third.places)
    #expect(elsewhere.isFailure(saying: "another store"))
    #expect(destination.records().isEmpty && third.records().isEmpty)
    #expect(try take(self.file).standardOutput == "imported: 2 tickets, 0 sessions\n")
  }

  @Test("Through a pipe, from one machine to the other")
  func pipe() throws {
    try source.connect(server.port)
    let result = try source.shell(
      "\"$TOOL\" export localhost --for \"$ID\" --store \"$STORE\" --key-file \"$KEY\" | "
        + "\"$TOOL\" import - --from \"$FROM\" --store \"$THERE\" --key-file \"$THERE-key\"",
      variables: [
        "ID": try source.run(["stats", "--id", "--store", there, "--key-file", "\(there)-key"]).standardOutput
          .trimmingCharacters(in: .newlines),
        "FROM": id(source), "THERE": there,
      ])
    #expect(result.standardOutput == "imported: 2 tickets, 0 sessions\n", "\(result.output)")
    #expect(result.standardError == "exported: 2 tickets, 0 sessions\n")
  }

  private var there: String { destination.folder.file("there") }

  @Test("Without --for or --from, or with an id that isn't one, the command line is wrong, and nothing is done")
  func usage() throws {
    try source.connect(server.port)
    let id = try id(destination)
    for words in [
      ["export", "localhost"], ["export", "--for", id], ["export", "localhost", "--for", String(id.dropLast())],
      ["export", "localhost", "--for", id + "0"], ["import", file], ["import", file, "--from", "3.7.9"],
      ["stats", "--id", "--json"],
    ] {
      let result = try source.run(words + source.places)
      #expect(result.status == 64 && result.errorLines.count == 1, "\(words): \(result.output)")
    }
    #expect(source.records().count == 2)
  }

  @Test("stats shows an id once there is one, and makes nothing; stats --id makes it, and it stays the same")
  func ids() throws {
    func shown() throws -> String? {
      let text = try destination.ask("stats", "--json")
      let whole = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return (whole?["stores"] as? [[String: Any]])?.first?["id"] as? String
    }
    #expect(try shown() == nil && destination.ask("stats").contains("\nid:       none yet; "))
    #expect(!Tool.exists(destination.store) && !Tool.exists(destination.keyFile))
    let id = try id(destination)
    #expect(try shown() == id && self.id(destination) == id)
    #expect(try destination.ask("stats").contains("\nid:       \(id)\n"))
    _ = try destination.ask("purge")
    #expect(try self.id(destination) == id && self.id(source) != id)
  }
}
