import Foundation

/// An empty folder of mode 0700, deleted with the value.
final class TemporaryFolder: Sendable {
  let path: String

  /// - Parameter parent: `/dev/shm` for a tmpfs, ``disk`` for none: the usual place may be either.
  init(in parent: String = NSTemporaryDirectory()) {
    path = URL(fileURLWithPath: parent).appendingPathComponent("session-tickets-\(UUID().uuidString)").path
    try! FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Where this was built.
  static let disk = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// All files below, as paths relative to the folder.
  var files: [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { name in
      let type = try? FileManager.default.attributesOfItem(atPath: self.path(name))[.type] as? FileAttributeType
      return type != .typeDirectory
    }.sorted()
  }
}
