import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Paths that are no text name the files that they name, and no others.
struct RawPathTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Where a path leads that was "repaired".
  private var elsewhere: String { tool.folder.file("caf\u{FFFD}") }

  /// A script in whose folder `$ODD`, a name of Latin-1, is a folder with trust, a client's certificate and its key.
  private func shell(_ script: String) throws -> ProcessResult {
    let fixture = Fixture.ecdsa
    return try tool.shell(
      """
      cd "$D"; ODD=$(printf 'caf\\351'); mkdir -p "$ODD/folder" caf\u{FFFD}
      cp "$CA" "$ODD/ca"; cp "$CA" "$ODD/folder"; cp "$CERT" "$ODD/cert"; cp "$PRIVATE" "$ODD/private"
      \(script)
      """, port: server.port,
      variables: ["CA": fixture.root, "CERT": fixture.clientCertificate, "PRIVATE": fixture.clientKey])
  }

  private var connect: String { "\"$TOOL\" connect 127.0.0.1:\(server.port) --server-name localhost --json" }
  private var places: String { "--store \"$STORE\" --key-file \"$KEY\"" }

  private func expectResumption(_ result: ProcessResult) throws {
    try #require(result.status == 0 && result.standardError.isEmpty, "\(result)")
    let lines = result.standardOutput.split(separator: "\n")
    #expect(try lines.map { try Report("\($0)\n").handshake } == ["full", "resumed"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
  }

  @Test(
    "Trust, and a client's certificate and key",
    arguments: ["--ca-file \"$ODD/ca\"", "--ca-file=\"$ODD/ca\"", "--ca-folder \"$ODD/folder\""])
  func trust(option: String) throws {
    server.update { $0.clientCertificate = .required }
    let options = "\(option) --cert \"$ODD/cert\" --key \"$ODD/private\" \(places)"
    try expectResumption(shell("for i in 1 2; do \(connect) \(options); done"))
  }

  @Test("A file that isn't there is no other")
  func missing() throws {
    for option in ["--ca-file \"$ODD/list\"", "--ca-file \"$CA\" --crl-file \"$ODD/list\""] {
      let result = try shell("cp \"$CA\" '\(elsewhere)/list'; \(connect) \(option) \(places)")
      #expect(result.isFailure(saying: "No such file or directory"), "\(result)")
    }
  }

  @Test("Store and master key, as options and as variables")
  func storeAndKey() throws {
    let options = "--store \"$ODD/store\" --key-file \"$ODD/key\""
    try expectResumption(shell("for i in 1 2; do \(connect) --ca-file \"$CA\" \(options); done"))
    let variables = "export GNUTLS_RESUME_STORE=\"$PWD/$ODD/other\" GNUTLS_RESUME_KEY_FILE=\"$PWD/$ODD/key2\""
    try expectResumption(shell("\(variables); for i in 1 2; do \(connect) --ca-file \"$CA\"; done"))
    let found = try shell("cd \"$ODD\"; ls -d store key other key2; \"$TOOL\" purge --store other --key-file key2")
    #expect(found.standardOutput.hasPrefix("key\nkey2\nother\nstore\nremoved: "), "\(found)")
    #expect(!found.standardOutput.hasSuffix("removed: 0\n"))
  }
}
