import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Where the store and the key are, and what happens where they can't be.
struct StorePlaceTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Connects with neither `--store` nor `--key-file`, unless given.
  private func connect(
    _ environment: [String: String] = [:], unset: [String] = [], _ options: [String] = []
  ) throws -> (report: Report, storeLines: [Substring]) {
    let arguments =
      ["connect", "127.0.0.1:\(server.port)", "--server-name", "localhost", "--json", "--verbose"]
      + tool.trust.arguments + options
    let command = ["env"] + unset.flatMap { ["-u", $0] } + [tool.executable] + arguments
    let result = try ProcessRunner.run(command, environment: tool.environment.merging(environment) { $1 })
    return (try Report(result), result.errorLines.filter { $0.contains("store: ") })
  }

  private func expectUnavailable(
    _ outcome: (report: Report, storeLines: [Substring]), saying text: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      outcome.report.handshake == "full" && outcome.report.reason == "storeUnavailable", sourceLocation: sourceLocation)
    #expect(outcome.report.ticketsReceived == 2 && outcome.report.ticketsStored == 0, sourceLocation: sourceLocation)
    #expect(outcome.report.storeMessage?.contains(text) == true, "\(outcome.report)", sourceLocation: sourceLocation)
    #expect(outcome.storeLines.count == 1, "\(outcome.storeLines)", sourceLocation: sourceLocation)
    #expect(outcome.storeLines.allSatisfy { $0.contains(text) && $0.contains("--key-file and --store") })
  }

  @Test("Without options, store and key are below the home folder")
  func home() throws {
    #expect(try connect().report.ticketsStored == 2)
    #expect(Tool.exists(tool.folder.file("home/.local/state/gnutls-resume/client")))
    #expect(Tool.exists(tool.folder.file("home/.config/gnutls-resume/key")))
    #expect(try connect().report.isResumed)
  }

  @Test("The XDG variables come before the home folder; relative ones don't count")
  func xdg() throws {
    let folders = ["XDG_STATE_HOME": tool.folder.file("state"), "XDG_CONFIG_HOME": tool.folder.file("config")]
    #expect(try connect(folders).report.ticketsStored == 2)
    #expect(Tool.exists(tool.folder.file("state/gnutls-resume/client")))
    #expect(Tool.exists(tool.folder.file("config/gnutls-resume/key")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.folder.file("home")).isEmpty)
    #expect(try connect(folders, unset: ["HOME"]).report.isResumed)
    #expect(try connect(["XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config"]).report.ticketsStored == 2)
    #expect(Tool.exists(tool.folder.file("home/.local/state/gnutls-resume/client")))
  }

  @Test("GNUTLS_RESUME_STORE and GNUTLS_RESUME_KEY_FILE name other places; options come before them")
  func variables() throws {
    let variables = [
      "GNUTLS_RESUME_STORE": tool.folder.file("other/store"), "GNUTLS_RESUME_KEY_FILE": tool.folder.file("other.key"),
    ]
    #expect(try connect(variables).report.ticketsStored == 2)
    #expect(Tool.exists(tool.folder.file("other/store/client")) && Tool.exists(tool.folder.file("other.key")))
    #expect(try connect(variables).report.isResumed)
    #expect(try connect(variables, tool.places).report.reason == "noTicket")
    #expect(Tool.exists(tool.store) && Tool.exists(tool.keyFile))
  }

  @Test("With HOME unset there is no place for anything: storeUnavailable")
  func noHome() throws {
    expectUnavailable(try connect(unset: ["HOME"]), saying: "HOME is not set")
  }

  @Test("With HOME unset and --store given, the place for the key is still missing")
  func noPlaceForTheKey() throws {
    expectUnavailable(try connect(unset: ["HOME"], ["--store", tool.store]), saying: "the master key: HOME is not set")
    #expect(!Tool.exists(tool.store))
    #expect(try connect(unset: ["HOME"], tool.places).report.reason == "noTicket")
  }

  @Test("With HOME unset and --key-file given, the place for the store is missing")
  func noPlaceForTheStore() throws {
    expectUnavailable(
      try connect(unset: ["HOME"], ["--key-file", tool.keyFile]), saying: "a ticket store: HOME is not set")
  }

  @Test("A home that isn't there is not made: storeUnavailable", arguments: [false, true])
  func missingHome(storeGiven: Bool) throws {
    let home = tool.folder.file("nonexistent")
    let outcome = try connect(["HOME": home], storeGiven ? ["--store", tool.store] : [])
    expectUnavailable(outcome, saying: home)
    #expect(!Tool.exists(home))
  }

  @Test("A store that is a file, or lies below one: storeUnavailable", arguments: ["file", "file/store"])
  func storeIsAFile(name: String) throws {
    let file = try tool.folder.write("file", "mine")
    let path = tool.folder.file(name)
    expectUnavailable(try connect([:], ["--store", path, "--key-file", tool.keyFile]), saying: "Not a directory")
    // With a key the store is looked at before the handshake too.
    expectUnavailable(try connect([:], ["--store", path, "--key-file", tool.keyFile]), saying: path)
    #expect(tool.folder.read("file") == "mine" && file == tool.folder.file("file"))
  }

  @Test("A store that others may write: storeUnavailable, and what to do", arguments: ["store", "store/client"])
  func writableByOthers(name: String) throws {
    try tool.connect(server.port)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: tool.folder.file(name))
    expectUnavailable(try connect([:], tool.places), saying: "chmod go-w")
  }

  @Test("A key below a folder that others may write: storeUnavailable")
  func keyInUnsafeFolder() throws {
    let folder = tool.folder.file("shared")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
    let outcome = try connect([:], ["--store", tool.store, "--key-file", "\(folder)/key"])
    expectUnavailable(outcome, saying: "chmod go-w")
    #expect(!Tool.exists("\(folder)/key"))
  }

  @Test("A relative store and key are below the current folder")
  func relative() throws {
    let result = try tool.shell(
      "cd \"$D\" && $TOOL connect 127.0.0.1:\(server.port) --server-name localhost --ca-file \(Fixture.ecdsa.root) "
        + "--json --store here --key-file this.key")
    #expect(try Report(result).ticketsStored == 2)
    #expect(Tool.exists(tool.folder.file("here/client")) && Tool.exists(tool.folder.file("this.key")))
  }
}
