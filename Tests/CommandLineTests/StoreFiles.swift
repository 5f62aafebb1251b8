import Foundation
import TestPeers

extension Tool {
  /// The paths of all files in the store, whatever they are.
  var storeFiles: [String] {
    let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
    return names.map { "\(store)/\($0)" }.sorted()
  }

  /// Those of tickets, or of TLS 1.2 sessions.
  func records(_ kind: Character = "t") -> [String] { storeFiles.filter { $0.contains("-\(kind)-") } }

  /// Puts something else in the place of each ticket. Returns the paths.
  @discardableResult
  func replaceRecords(_ replacement: (String) throws -> Void) throws -> [String] {
    let paths = records()
    for path in paths { try replacement(path) }
    return paths
  }

  /// Whether something is there, be it a link that leads nowhere.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }
}
