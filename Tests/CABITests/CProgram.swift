import Foundation
import TestPeers
import Testing

/// A program in C, compiled against the library.
struct CProgram {
  enum Compiler: String, CaseIterable, Sendable {
    case c = "gcc"
    case cxx = "g++"

    var standard: [String] { self == .c ? ["-x", "c", "-std=c99"] : ["-x", "c++", "-std=c++11"] }
  }

  let path: String
  private let folder: TemporaryFolder

  static let example = Fixture.packageFolder + "/Fixtures/example.c"
  static let programs = Fixture.packageFolder + "/Tests/CABITests/Programs"
  static let header = Fixture.packageFolder + "/Sources/CGnuTLSResumption/include/gnutls_resumption.h"

  /// The program by whose arguments most tests are made.
  static let driver = Result { try CProgram(programs + "/driver.c") }

  /// The same as a plugin, and a program that loads it when it has been there for a while.
  static let plugin = Result {
    try CProgram(programs + "/driver.c", further: ["-shared", "-fPIC", "-Dmain=driver_main"])
  }
  static let pluginHost = Result {
    try CProgram(programs + "/loading.c", linked: false, further: ["-lgnutls", "-ldl"])
  }

  /// - Parameters:
  ///   - libraryFolder: Where the program finds the library.
  ///   - linked: Whether it does: else the program loads what it needs.
  ///   - further: More sources and options.
  init(
    _ source: String, by compiler: Compiler = .c, libraryFolder: String = BuiltProducts.libraryFolder,
    linked: Bool = true, further: [String] = []
  ) throws {
    folder = try TemporaryFolder()
    path = folder.file("program")
    let libraries = ["-L\(libraryFolder)", "-Wl,-rpath,\(libraryFolder)", "-lgnutls-resumption", "-lgnutls"]
    let result = try Self.compile(
      compiler, [source] + further + ["-x", "none", "-pthread", "-o", path] + (linked ? libraries : []))
    try #require(result.status == 0, "\(result.output)")
  }

  static func compile(_ compiler: Compiler, _ arguments: [String]) throws -> ProcessResult {
    let include = URL(fileURLWithPath: header).deletingLastPathComponent().path
    return try ProcessRunner.run(
      [compiler.rawValue] + compiler.standard + ["-g", "-Wall", "-Wextra", "-Werror", "-I\(include)"] + arguments,
      timeLimit: .seconds(60))
  }
}
