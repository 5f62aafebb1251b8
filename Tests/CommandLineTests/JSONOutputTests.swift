import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// The JSON of each command is what the page on it says: every member, with its type, and no other.
struct JSONOutputTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func expect(
    _ outputs: [String], areAsToldOf command: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let differences = try JSONPage(command).differences(outputs)
    #expect(differences.isEmpty, "\(differences)", sourceLocation: sourceLocation)
  }

  private var connect: [String] { tool.connectArguments(server.port) }

  @Test("connect: full, resumed, without a store, with early data, and failed")
  func connections() throws {
    try Data("hello".utf8).write(to: URL(fileURLWithPath: tool.folder.file("early")))
    let outputs = try [
      tool.run(connect + ["--fast-open"]), tool.run(connect),
      tool.run(connect + ["--early-data", tool.folder.file("early")]),
      tool.run(
        ["connect", "127.0.0.1:\(server.port)", "--server-name", "localhost", "--json"] + tool.trust.arguments + [
          "--store", "/dev/null/store", "--key-file", "/dev/null/key",
        ]),
    ]
    try expect(outputs.map(\.standardOutput), areAsToldOf: "connect")
    try expect(
      [tool.run(["connect", "127.0.0.1:\(server.port)", "--json"] + tool.places).standardOutput],
      areAsToldOf: "connect, failed")
  }

  @Test("why, list, stats and key show: of nothing, and of what is kept")
  func kept() throws {
    let why = ["why"] + connect.dropFirst()
    let commands: [(String, [String])] = [
      ("why", why), ("list", ["list", "--json"] + tool.places), ("stats", ["stats", "--json"] + tool.places),
      ("key show", ["key", "show", "--json", "--key-file", tool.keyFile]),
    ]
    let before = try commands.map { try tool.run($0.1).standardOutput }
    try tool.connect(server.port)
    try tool.connect(server.port, ["--alpn", "h2"])
    for ((name, words), output) in zip(commands, before) {
      try expect([output, tool.run(words).standardOutput], areAsToldOf: name)
    }
  }

  @Test("report")
  func report() throws {
    let log = """
      2026-11-29T03:00:00.000Z gnutls-resume: wget[1]: example.com:443: full (noTicket), 8.00 ms
      2026-11-29T03:00:01.000Z gnutls-resume: wget[2]: example.com:443: resumed (ticket of 1 s), 2.00 ms
      2026-11-29T03:00:01.000Z gnutls-resume: git[2]: example.com: left alone: it forbids tickets

      """
    try expect([tool.run(["report", "--json", "-"], input: log).standardOutput], areAsToldOf: "report")
  }

  @Test("probe: of TLS 1.3 and 1.2, with an address that doesn't answer, and of nobody")
  func probe() throws {
    func probe(_ server: TLSServer, _ more: [String]) throws -> String {
      try tool.run(["probe", "localhost:\(server.port)", "--json"] + tool.trust.arguments + more).standardOutput
    }
    let old = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    old.update { $0.versions = .tls12 }
    let addresses = ["--resolve", "localhost:\(server.port):127.0.0.1,127.0.0.2", "--reuse"]
    try expect([probe(server, addresses), probe(old, [])], areAsToldOf: "probe")
    let nobody = try tool.run(["probe", "127.0.0.1:1", "--json"])
    try expect([nobody.standardOutput], areAsToldOf: "probe, failed")
  }

  @Test("export and import")
  func moved() throws {
    let destination = try Tool()
    try tool.connect(server.port)
    func id(_ tool: Tool) throws -> String { try tool.ask("stats", "--id").trimmingCharacters(in: .newlines) }
    let exported = try tool.shell(
      "$TOOL export localhost --for $TO --store $STORE --key-file $KEY --json >$D/moved",
      variables: ["TO": id(destination)])
    try expect([exported.standardError], areAsToldOf: "export")
    let words = ["import", tool.folder.file("moved"), "--from", try id(tool), "--json"] + destination.places
    try expect([destination.run(words).standardOutput], areAsToldOf: "import")
  }
}
