import Foundation
import ScriptableTLSServer
import TestPeers

/// Machines that share a store: each with a home, a key and a trust file of its own, as the tool has them.
struct Fleet {
  let folder: TemporaryFolder
  let tool: String
  let url: String
  private let exported: String

  init(_ url: String) throws {
    folder = try TemporaryFolder()
    tool = try BuiltProducts.executable("gnutls-resume")
    self.url = url
    exported = folder.file("exported")
    let key = folder.file("fleet-key")
    _ = try ProcessRunner.run([tool, "key", "rotate", "--key-file", key])
    let text = try ProcessRunner.run([tool, "key", "export", "--key-file", key]).standardOutput
    try Data(text.utf8).write(to: URL(fileURLWithPath: exported))
  }

  /// Makes a machine, which has been given the shared key.
  func host(_ name: String) throws -> Host {
    let home = folder.file(name)
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.root)).write(to: URL(fileURLWithPath: home + "/trust.pem"))
    let host = Host(home: home, tool: tool, url: url)
    _ = try host.run(["key", "import", exported, "--key-file", host.sharedKey])
    return host
  }
}

struct Host {
  let home: String
  let tool: String
  var url: String

  var sharedKey: String { home + "/shared-key" }
  var trust: String { home + "/trust.pem" }

  var environment: [String: String] {
    [
      "HOME": home, "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "", "GNUTLS_RESUME_STORE": "",
      "GNUTLS_RESUME_KEY_FILE": "",
    ]
  }

  var sharing: [String] { ["--store", url, "--share", "localhost", "--shared-key-file", sharedKey] }

  func connectArguments(_ port: UInt16, _ more: [String] = []) -> [String] {
    ["connect", "127.0.0.1:\(port)", "--server-name", "localhost", "--json", "--ca-file", trust] + sharing + more
  }

  @discardableResult
  func run(_ arguments: [String], through wrapper: [String] = []) throws -> ProcessResult {
    try ProcessRunner.run(wrapper + [tool] + arguments, environment: environment)
  }

  func connect(_ port: UInt16, _ more: [String] = [], through wrapper: [String] = []) throws -> Report {
    let result = try run(connectArguments(port, more), through: wrapper)
    guard result.status == 0 else { throw PeerError(result.output) }
    return try JSONDecoder().decode(Report.self, from: Data(result.standardOutput.utf8))
  }

  /// What `connect --json` says, as far as it is of interest here.
  struct Report: Decodable {
    let handshake: String
    let reason: String?
    let storeMessage: String?
    let handshakeMilliseconds: Double?

    var isResumed: Bool { handshake == "resumed" }
  }
}
