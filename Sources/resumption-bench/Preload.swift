/// The preloaded libraries, as built beside this program.
enum Preload {
  /// What is loaded at a program's start.
  static let shimName = "libgnutls-resume-preload.so"
  /// What that loads once the program uses TLS.
  static let engineName = "libgnutls-resumption.so"

  /// The environment in which programs load them.
  static func variables() throws -> [String: String] {
    _ = try Products.built(engineName)
    return ["LD_PRELOAD": try Products.built(shimName)]
  }
}

extension Command {
  /// The command with the preloaded libraries.
  func preloading() throws -> Command {
    var command = self
    command.environment.merge(try Preload.variables()) { _, new in new }
    return command
  }
}
