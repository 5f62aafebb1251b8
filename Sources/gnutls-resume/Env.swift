import ArgumentParser

/// For help and completions: the launcher has done it before the parser is asked.
struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print the lines by which a shell's programs resume, for its start file.",
    discussion: "As in: eval \"$(gnutls-resume env)\"")

  @OptionGroup var options: PreloadOptions

  func validate() throws { throw CleanExit.helpRequest(self) }
}
