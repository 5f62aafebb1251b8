import Foundation
import TestPeers
import Testing

/// `gnutls-resume` as a user runs it: each call is a process of its own. Store, key and home are in a temporary folder.
struct Tool {
  /// Whom `connect` trusts.
  enum Trust {
    case file(String)
    case insecure

    var arguments: [String] {
      switch self {
      case .file(let path): ["--ca-file", path]
      case .insecure: ["--insecure"]
      }
    }
  }

  let folder: TemporaryFolder
  let executable: String
  var store: String
  var keyFile: String
  var trust = Trust.file(Fixture.ecdsa.root)

  init() throws {
    folder = try TemporaryFolder()
    executable = try BuiltProducts.executable("gnutls-resume")
    store = folder.file("store")
    keyFile = folder.file("key")
    for name in ["home", "tmp"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
  }

  /// Nothing of the user who runs the tests is ever touched. Empty variables count as unset.
  var environment: [String: String] {
    [
      "HOME": folder.file("home"), "TMPDIR": folder.file("tmp"), "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": "",
      "GNUTLS_RESUME_STORE": "", "GNUTLS_RESUME_KEY_FILE": "",
    ]
  }

  /// Where store and key are, as options.
  var places: [String] { ["--store", store, "--key-file", keyFile] }

  /// Runs the tool with exactly these arguments.
  func run(
    _ arguments: [String], environment more: [String: String] = [:], input: String = "",
    inputEnd: ProcessRunner.InputEnd = .atOnce
  ) throws -> ProcessResult {
    try ProcessRunner.run(
      [executable] + arguments, environment: environment.merging(more) { $1 }, input: input, inputEnd: inputEnd)
  }

  /// Runs a command other than `connect` on the store, and returns what it says; it must succeed.
  func ask(_ arguments: String...) throws -> String {
    let result = try run(arguments + places)
    try #require(result.status == 0, "\(arguments): \(result.output)")
    return result.standardOutput
  }

  /// The arguments of a connection to a port of 127.0.0.1.
  func connectArguments(_ port: UInt16, _ more: [String] = []) -> [String] {
    ["connect", "127.0.0.1:\(port)", "--server-name", "localhost", "--json"] + trust.arguments + places + more
  }

  /// Connects, which must succeed, and returns the report.
  @discardableResult
  func connect(
    _ port: UInt16, _ more: [String] = [], environment: [String: String] = [:], input: String = ""
  ) throws -> Report {
    try Report(run(connectArguments(port, more), environment: environment, input: input))
  }

  /// Connects several times, one process after the other.
  func connect(_ port: UInt16, times: Int, _ more: [String] = [], input: String = "") throws -> [Report] {
    try (0..<times).map { _ in try connect(port, more, input: input) }
  }

  /// Connects with as many processes at once, each with its own further arguments. All must succeed.
  func connectAtOnce(_ port: UInt16, _ each: [[String]]) throws -> [Report] {
    let processes = try each.map {
      try RunningProcess([executable] + connectArguments(port, $0), environment: environment)
    }
    return try processes.map { process in
      let end = process.waitForEnd(timeout: .seconds(30))
      try #require(end == .exited(0), "\(process.standardError)")
      return try Report(process.standardOutput)
    }
  }

  /// A command line as one runs it in a shell; `$TOOL` is the executable, and `$CONNECT` it with a connection's
  /// arguments.
  func shell(
    _ script: String, port: UInt16 = 0, by shell: String = "sh", prefix: [String] = [],
    variables: [String: String] = [:]
  ) throws -> ProcessResult {
    let words = [executable] + connectArguments(port)
    let more = [
      "TOOL": executable, "CONNECT": words.joined(separator: " "), "D": folder.path, "STORE": store, "KEY": keyFile,
    ]
    return try ProcessRunner.run(
      ["timeout", "-k", "1", "40"] + prefix + [shell, "-c", script],
      environment: environment.merging(more) { $1 }.merging(variables) { $1 }, timeLimit: .seconds(45))
  }
}
