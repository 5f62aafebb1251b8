import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Programs on several machines, by way of a store that they share")
struct SharedStoreProgramTests {
  private let redis: RedisServer
  private let folder: TemporaryFolder
  private let tool: String

  init() throws {
    redis = try RedisServer()
    folder = try TemporaryFolder()
    tool = try Front.tool.path()
    for name in ["one", "two"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
      try FileManager.default.copyItem(atPath: Fixture.ecdsa.root, toPath: folder.file("\(name)/trust.pem"))
    }
    _ = try ProcessRunner.run([tool, "key", "rotate", "--key-file", folder.file("one/shared")])
    try FileManager.default.copyItem(atPath: folder.file("one/shared"), toPath: folder.file("two/shared"))
  }

  /// Runs a program on a machine.
  /// - Returns: What the log says of its connections.
  private func run(_ command: [String], on host: String, store: String? = nil) throws -> String {
    let log = folder.file("log")
    try? FileManager.default.removeItem(atPath: log)
    let places = ["--store", store ?? "redis+unix://\(redis.socket)?wait=5000", "--share", "localhost"]
    let result = try ProcessRunner.run(
      [tool, "run", "--log", log] + places + ["--shared-key-file", folder.file("\(host)/shared"), "--"] + command,
      environment: [
        "HOME": folder.file(host), "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "", "GNUTLS_RESUME_STORE": "",
        "GNUTLS_RESUME_KEY_FILE": "",
      ])
    try #require(result.status == 0, "\(result.output)")
    return folder.read("log")
  }

  private static func server() throws -> OpenSSLServer {
    var options = OpenSSLServer.Options()
    options.style = .page
    return try OpenSSLServer(options)
  }

  private func command(_ program: String, on host: String, _ port: UInt16) -> [String] {
    let trust = folder.file("\(host)/trust.pem")
    return program == "wget"
      ? ["wget", "--no-config", "--no-hsts", "-O", "-", "--ca-certificate=\(trust)", "https://localhost:\(port)/"]
      : ["gnutls-cli", "--x509cafile", trust, "--port", "\(port)", "localhost"]
  }

  @Test("one has connected, and the other resumes", arguments: ["wget", "gnutls-cli"])
  func resumes(program: String) throws {
    let server = try Self.server()
    #expect(try run(command(program, on: "one", server.port), on: "one").contains("full (noTicket)"))
    #expect(try run(command(program, on: "two", server.port), on: "two").contains("resumed"))
    // What the resumed one got is shared in turn. gnutls-cli leaves before it comes.
    guard program == "wget" else { return }
    #expect(try run(command(program, on: "one", server.port), on: "one").contains("resumed"))
  }

  @Test("by TLS too, whose own connection goes past the program's")
  func secure() throws {
    var options = RedisServer.Options()
    let port = try FreePort.find()
    options.securePort = port
    let secure = try RedisServer(options)
    defer { secure.kill() }
    let hosts = ["one", "two", "two"]
    let server = try Self.server()
    var seen: [String] = []
    for host in hosts {
      // By a name in /etc/hosts, which needs no resolver.
      let url = "rediss://localhost:\(port)?wait=5000&ca-file=\(folder.file("\(host)/trust.pem"))"
      seen.append(try run(command("wget", on: host, server.port), on: host, store: url))
    }
    #expect(seen[0].contains("full (noTicket)"), "\(seen)")
    #expect(seen[1].contains("resumed") && seen[2].contains("resumed"), "\(seen)")
    #expect(!seen.joined().contains(":\(port):"), "no line of the engine's own connection")
  }
}
