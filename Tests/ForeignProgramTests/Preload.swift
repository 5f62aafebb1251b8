import Foundation
import TestPeers

/// The tool's way to run other programs, with a store, a master key and a log of its own.
struct Preload: Sendable {
  var tool: String
  let folder: TemporaryFolder
  var store: String
  var keyFile: String
  var options: [String] = []

  init(_ front: Front = .tool) throws {
    tool = try front.path()
    folder = try TemporaryFolder()
    store = folder.file("store")
    keyFile = folder.file("key")
  }

  /// The library that `LD_PRELOAD` names.
  static let shim = BuiltProducts.preloadedLibrary
  /// The one that it opens.
  static let engine = BuiltProducts.library

  var places: [String] { ["--store", store, "--key-file", keyFile] }

  /// What stands before a program's command.
  var prefix: [String] { [tool, "run"] + places + ["--log", folder.file("log")] + options + ["--"] }

  var launch: Launch { Launch(prefix: prefix) }

  /// What the log says became of each connection, in order, without how long it took.
  var events: [String] {
    folder.read("log").split(separator: "\n").map { line in
      let fields = line.split(separator: ": ", maxSplits: 3)
      return fields.count == 4 ? String(fields[3]).replacing(/, [0-9]+\.[0-9]{2} ms/, with: "") : String(line)
    }
  }

  /// What the store holds.
  struct Count: Decodable, Equatable {
    var tickets = 0
    var sessions = 0
  }

  func count() throws -> Count {
    let result = try ProcessRunner.run([tool, "stats", "--json"] + places)
    guard result.status == 0 else { throw PeerError("gnutls-resume stats: \(result.output)") }
    return try JSONDecoder().decode(Count.self, from: Data(result.standardOutput.utf8))
  }

  /// The paths of the tickets and sessions in the store.
  var records: [String] {
    let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.contains("-t-") || $0.contains("-s-") }.map { "\(store)/\($0)" }
  }
}
