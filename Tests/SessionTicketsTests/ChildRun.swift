import Foundation

/// Runs programs beside the tests: this package's `store-stress`, alone or in a mount namespace of its own.
enum ChildRun {
  /// The executable beside the test bundle.
  static var storeStress: String {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("store-stress").path
  }

  /// Whether this user may make mount namespaces here.
  static let hasNamespaces = (try? run(["/usr/bin/unshare", "-rm", "true"]).status) == 0

  /// Runs a shell script as root of a new user and mount namespace. `$STRESS` is the executable.
  static func inNamespace(_ script: String, _ environment: [String: String]) throws -> [String] {
    try run(["/usr/bin/unshare", "-rm", "/bin/sh", "-ec", script], environment).lines
  }

  static func run(
    _ command: [String], _ environment: [String: String] = [:]
  ) throws -> (status: Int32, lines: [String]) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment
      .merging(["STRESS": storeStress]) { $1 }.merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
  }
}
