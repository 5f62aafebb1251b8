import Foundation
import TestPeers

/// What a program finds on its machine when it runs, and again when it runs for the second time.
final class Home: Sendable {
  let folder: TemporaryFolder
  /// The port of the server on 127.0.0.1, which is asked for as `localhost`.
  let port: UInt16

  /// - Parameter trusted: The root that programs are told to trust.
  init(port: UInt16, trusted: String = Fixture.ecdsa.root) throws {
    folder = try TemporaryFolder()
    self.port = port
    try trust(trusted)
  }

  /// From now on programs are told to trust this root, in a file that is as large as a system's bundle: large enough to be
  /// parsed only when something needs it.
  func trust(_ root: String) throws {
    // No copy: its stamp wouldn't tell yet, and libcurl from 8.14 on loads it too late for anything else to be asked.
    try? FileManager.default.removeItem(atPath: trustFile)
    try FileManager.default.createSymbolicLink(
      atPath: trustFile, withDestinationPath: root.replacingOccurrences(of: ".pem", with: "-large.pem"))
  }

  /// What a file holds that is too large to be parsed before something needs it.
  static func largeBundle(of pem: Data) -> Data {
    Data(String(repeating: "# One authority of many.\n", count: 1_000).utf8) + pem
  }

  var path: String { folder.path }
  var trustFile: String { folder.file("trusted.pem") }
  var url: String { "https://localhost:\(port)" }

  func makeFolders(_ names: String...) throws {
    for name in names {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
    }
  }
}
