import Foundation

/// What users get: the tool and the libraries, as `.ci/static` lays them out beside this program. In a debug build, which has
/// no such folder, they are the package's own.
enum Installed {
  /// What stands before programs.
  static func tool() throws -> String { try path("bin/gnutls-resume", orBuilt: "gnutls-resume") }
  /// What is loaded at a program's start.
  static func preloaded() throws -> String { try library("libgnutls-resume-preload.so") }
  /// What that loads once the program uses TLS.
  static func engine() throws -> String { try library("libgnutls-resumption.so") }

  private static func library(_ name: String) throws -> String { try path("lib/\(name)", orBuilt: name) }

  private static func path(_ path: String, orBuilt name: String) throws -> String {
    try Products.isBuilt("installed/\(path)") ? Products.built("installed/\(path)") : Products.built(name)
  }
}

extension Command {
  /// The command as a user starts it to have it resume.
  func throughRun() throws -> Command {
    var command = self
    command.words = [try Installed.tool(), "run", "--"] + words
    return command
  }

  /// The command with the preloaded libraries, and nothing before it.
  func preloading() throws -> Command {
    var command = self
    _ = try Installed.engine()
    command.environment["LD_PRELOAD"] = try Installed.preloaded()
    return command
  }
}
