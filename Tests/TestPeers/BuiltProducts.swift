import Foundation

/// The executables that were built with the tests.
public enum BuiltProducts {
  /// The folder that holds them, and the test bundle.
  public static let folder: String = {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return executable.deletingLastPathComponent().path
  }()

  /// An executable's path, `gnutls-resume` for one.
  public static func executable(_ name: String) throws -> String {
    let path = folder + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else { throw PeerError("\(path) isn't built") }
    return path
  }
}
