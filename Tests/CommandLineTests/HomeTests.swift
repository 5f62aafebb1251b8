import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// What is made in a home, whose it is, and how its name is taken.
struct HomeTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Connects with neither `--store` nor `--key-file`, after some words of a shell's.
  private func connect(_ before: String) throws -> Report {
    let command =
      "exec $TOOL connect 127.0.0.1:\(server.port) --server-name localhost --json --ca-file \(Fixture.ecdsa.root)"
    return try Report(try tool.shell("\(before)\n\(command)"))
  }

  private func list(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path)
  }

  @Test(
    "In another user's home nothing is made: storeUnavailable", .enabled(if: geteuid() == 0, "only root can do so"),
    arguments: ["", "export XDG_STATE_HOME=$HOME/.local/state XDG_CONFIG_HOME=$HOME/.config"])
  func foreignHome(variables: String) throws {
    let home = tool.folder.file("home")
    try FileManager.default.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: home)
    let report = try connect(variables)
    #expect(report.reason == "storeUnavailable" && report.ticketsStored == 0)
    #expect(report.storeMessage?.contains("in a folder of user 12345") == true, "\(report)")
    #expect(try list(home).isEmpty)
  }

  @Test("An XDG folder in a home that isn't there is not made")
  func missingHome() throws {
    let report = try connect("export HOME=$D/gone XDG_STATE_HOME=$D/gone/state XDG_CONFIG_HOME=$D/gone/config")
    #expect(report.reason == "storeUnavailable" && report.ticketsStored == 0)
    #expect(report.storeMessage?.contains(tool.folder.file("gone")) == true, "\(report)")
    #expect(!Tool.exists(tool.folder.file("gone")))
  }

  @Test("Store and key have modes 0700 and 0600, whatever the umask")
  func umask() throws {
    #expect(try connect("umask 0777").ticketsStored == 2)
    let home = tool.folder.file("home")
    let names = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
    #expect(names.contains(".config/gnutls-resume/key") && names.contains(".local/state/gnutls-resume/client"))
    for name in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(home)/\(name)")
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      #expect(attributes[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(name)")
    }
    #expect(try connect("umask 0777").isResumed)
  }

  @Test("A home whose name is no text is that one", arguments: ["HOME", "XDG"])
  func bytes(variable: String) throws {
    let variables =
      variable == "HOME" ? "export HOME=$H" : "export HOME= XDG_STATE_HOME=$H/.local/state XDG_CONFIG_HOME=$H/.config"
    let script = "H=\"$D/$(printf 'h\\377\\300me')\"; mkdir -p \"$H\"; \(variables)"
    #expect(try connect(script).ticketsStored == 2)
    #expect(try connect(script).isResumed)
    let result = try tool.shell("find \"$D/$(printf 'h\\377\\300me')\" -name key -o -name client")
    #expect(result.standardOutput.split(separator: "\n").count == 2, "\(result.output)")
    #expect(try list(tool.folder.path).count == 3, "no other home")
  }

  @Test(
    "A program that has more rights than who runs it reads no HOME",
    .enabled(if: geteuid() == 0, "only root can do so"))
  func secureExecution() throws {
    let copy = tool.folder.file("tool")
    // Made by a process of its own: no other child of the tests holds it open for writing.
    let making = try tool.shell("cp $TOOL \(copy) && chown 12345 \(copy) && chmod 4755 \(copy) && chmod 755 $D")
    try #require(making.status == 0, "\(making.output)")
    let listing = try ProcessRunner.run([copy, "list"], environment: tool.environment)
    #expect(listing.status != 0)
    #expect(listing.output.contains("HOME is not set"), "\(listing.output)")
  }
}
