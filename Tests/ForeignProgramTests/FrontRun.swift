import Foundation
import TestPeers
import Testing

/// `run` and `env` of one of the fronts, in a folder of their own and a bare environment.
struct FrontRun {
  let preload: Preload

  init(_ front: Front) throws { preload = try Preload(front) }

  var tool: String { preload.tool }
  var folder: TemporaryFolder { preload.folder }

  /// Runs a command line in the folder.
  func run(
    _ command: [String], _ environment: [String: String] = [:], timeLimit: Duration = .seconds(20)
  ) throws -> ProcessResult {
    try ProcessRunner.run(
      ["env", "-C", folder.path] + Launch(environment: environment).command(command, home: folder.path),
      timeLimit: timeLimit)
  }

  /// Runs a shell's script, in which `$TOOL` is the front.
  func shell(_ script: String, _ environment: [String: String] = [:], by shell: String = "sh") throws -> ProcessResult {
    try run([shell, "-c", script], environment.merging(["TOOL": tool]) { $1 })
  }

  /// All that a word may hold. A shell takes newlines off its end.
  static let everyByte = Array(1...255) + [UInt8(ascii: "x")]

  /// What a file in the folder holds.
  func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: folder.file(name)).map { Array($0) } ?? []
  }

  func expectOneLine(
    _ result: ProcessResult, status: Int32?, saying text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.standardOutput == "" && result.status == status, "\(result)", sourceLocation: sourceLocation)
    #expect(
      result.standardError.hasPrefix("error: ") && result.standardError.contains(text), "\(result)",
      sourceLocation: sourceLocation)
    #expect(result.standardError.split(separator: "\n").count == 1, "\(result)", sourceLocation: sourceLocation)
  }
}
