import Foundation
import TestPeers

/// A client in C that tells what GnuTLS answers to what programs do with trust: as it is, and again and again through the
/// preloaded library.
struct TrustingRuns {
  let folder: TemporaryFolder
  private let preload: Preload
  private let client: CompiledClients.Client

  init(_ client: CompiledClients.Client = .trusting) throws {
    self.client = client
    folder = try TemporaryFolder()
    preload = try Preload()
  }

  struct Result: Equatable {
    var output: [Substring]
    /// How many certificates and revocation lists GnuTLS has parsed for its lists of trust.
    var parsed: Int
    /// How often the folder named "folder" was opened.
    var opened: Int
    var error = ""
  }

  func plain(_ arguments: [String]) throws -> Result { try run(arguments, [:], behind: "") }

  func preloaded(_ arguments: [String]) throws -> Result {
    try run(arguments, preload.environment(), behind: "\(Preload.shim):")
  }

  private func run(_ arguments: [String], _ environment: [String: String], behind: String) throws -> Result {
    var environment = environment
    environment["LD_PRELOAD"] = behind + (try CompiledClients.path(.counting))
    environment["PARSED"] = folder.file("parsed")
    environment["FOLDER"] = folder.file("folder")
    let command = Launch(environment: environment).command(
      [try CompiledClients.path(client)] + arguments, home: folder.path)
    let result = try ProcessRunner.run(command, timeLimit: .seconds(120))
    let counts = folder.read("parsed").split(separator: " ").compactMap { Int($0) }
    guard result.status == 0, counts.count == 2 else { throw PeerError("\(client.rawValue) \(arguments): \(result)") }
    return Result(
      output: result.standardOutput.split(separator: "\n"), parsed: counts[0], opened: counts[1],
      error: result.standardError)
  }

  /// Writes a file of trust that is large enough to wait.
  func write(_ name: String, _ pem: [UInt8]) throws -> String {
    try folder.write(name, Array(Home.largeBundle(of: Data(pem))))
  }

  /// Where a run that needn't parse differs from a plain one; and how much it has parsed.
  func compare(_ arguments: [String]) throws -> (differences: [String], parsed: Int) {
    let plain = try plain(arguments)
    // The first one parses, and notes how much it was.
    let first = try preloaded(arguments)
    let second = try preloaded(arguments)
    let differences = [first, second].filter { $0.output != plain.output }
    return (differences.map { "\($0.output) instead of \(plain.output)" }, second.parsed)
  }
}
