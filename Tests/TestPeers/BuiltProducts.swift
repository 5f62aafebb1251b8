import Foundation

/// What is tested: what was built with the tests, or what is installed.
public enum BuiltProducts {
  /// The folder of what was built, and of the test bundle.
  public static let folder: String = {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return executable.deletingLastPathComponent().path
  }()

  /// Where `.ci/install` has installed, if the tool and the two libraries are to be taken from there.
  private static let prefix = ProcessInfo.processInfo.environment["GNUTLS_RESUMPTION_TEST_PREFIX"]

  /// Whether they are: then the libraries are in Embedded Swift.
  public static let areInstalled = prefix != nil

  /// The folder of the libraries.
  public static let libraryFolder = prefix.map { "\($0)/lib" } ?? folder
  /// The library for C, which is also what the preloaded one opens.
  public static let library = "\(libraryFolder)/libgnutls-resumption.so"
  /// The library that `LD_PRELOAD` names.
  public static let preloadedLibrary = "\(libraryFolder)/libgnutls-resume-preload.so"

  /// Gives a copy of the library the name, beside its own, by which programs ask for what is installed.
  public static func addInterfaceName(toLibraryIn folder: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/libgnutls-resumption.so.0", withDestinationPath: "libgnutls-resumption.so")
  }

  /// An executable's path, `gnutls-resume` for one.
  public static func executable(_ name: String) throws -> String {
    let folder = name == "gnutls-resume" ? prefix.map { "\($0)/bin" } ?? folder : folder
    let path = folder + "/" + name
    guard FileManager.default.isExecutableFile(atPath: path) else { throw PeerError("\(path) isn't built") }
    return path
  }
}
