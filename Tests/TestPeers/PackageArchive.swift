import Foundation

/// The index of a package archive with one package, for apt to fetch. Nothing signs it.
public final class PackageArchive: Sendable {
  /// The folder to serve.
  public var path: String { folder.path }
  private let folder: TemporaryFolder

  public init() throws {
    folder = try TemporaryFolder()
    let index = try folder.write(
      "Packages",
      """
      Package: sample
      Version: 1.0
      Architecture: all
      Maintainer: Nobody <nobody@localhost>
      Filename: ./sample_1.0_all.deb
      Size: 0
      Description: sample

      """)
    let digest = try ProcessRunner.run(["sha256sum", index]).standardOutput.prefix { $0 != " " }
    try folder.write(
      "Release",
      """
      Origin: sample
      Date: Mon, 01 Jan 2024 00:00:00 +0000
      SHA256:
       \(digest) \(folder.read("Packages").utf8.count) Packages

      """)
  }
}
