import Foundation

/// What was built beside this program, and what is installed.
enum Products {
  private static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  static let this = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

  static func built(_ name: String) throws -> String {
    guard isBuilt(name) else { throw Failure("\(folder)/\(name) isn't built") }
    return "\(folder)/\(name)"
  }

  static func isBuilt(_ name: String) -> Bool { FileManager.default.isReadableFile(atPath: "\(folder)/\(name)") }

  static func isInstalled(_ name: String) -> Bool { (try? installed(name)) != nil }

  static func installed(_ name: String) throws -> String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
      return "\(folder)/\(name)"
    }
    throw Skip("\(name) isn't installed")
  }

  /// What makes figures of this build worth little, if anything does.
  static var warnings: [String] {
    var result: [String] = []
    #if DEBUG
    result.append("this is a debug build: measure with .ci/static")
    #endif
    if isLoading("libswiftCore.so", "minimal-client") {
      result.append("minimal-client loads Swift's libraries at its start: build it with .ci/static")
    }
    if isLoading("libstdc++.so", "raw-gnutls-client") {
      result.append("raw-gnutls-client loads libraries at its start that a C program doesn't need")
    }
    if !isBuilt("installed/bin/gnutls-resume") {
      result.append("programs are started by what isn't installed: build it with .ci/static")
    }
    return result
  }

  private static func isLoading(_ library: String, _ product: String) -> Bool {
    let contents = FileManager.default.contents(atPath: "\(folder)/\(product)") ?? Data()
    return contents.range(of: Data(library.utf8)) != nil
  }
}

/// The package's certificates, `Fixtures/certificates`.
enum Fixture {
  static let chain = path("ecdsa-chain.pem")
  static let key = path("ecdsa-leaf.key")
  static let root = path("ecdsa-root.pem")
  /// What the certificate is for.
  static let name = "localhost"

  /// The C sources of clients that know nothing of this package.
  static func client(_ name: String) -> String { file("clients/\(name)") }

  /// Those of RSA-2048, the most used.
  enum RSA {
    static let chain = path("rsa-chain.pem")
    static let key = path("rsa-leaf.key")
    static let root = path("rsa-root.pem")
  }

  private static func path(_ name: String) -> String { file("certificates/\(name)") }

  private static func file(_ name: String) -> String {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    return "\(package)/Fixtures/\(name)"
  }
}
