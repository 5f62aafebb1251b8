import Foundation

/// A configuration file of GnuTLS's: a link to one of those in the package's `Fixtures/configurations`, which are clearly
/// older than any process. Of a file that is as young as the process nobody can tell what GnuTLS has read.
public struct ConfigurationLink: Sendable {
  private let path: String

  public init(in folder: TemporaryFolder) { path = folder.file("gnutls.conf") }

  /// Puts another file in the place of the one before.
  public func set(_ name: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: "\(Fixture.packageFolder)/Fixtures/configurations/\(name).conf")
  }

  /// What a process is started with to have GnuTLS read it.
  public var environment: [String: String] { ["GNUTLS_SYSTEM_PRIORITY_FILE": path] }
}
