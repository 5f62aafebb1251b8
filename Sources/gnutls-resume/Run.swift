import ArgumentParser

/// For help and completions: the launcher has done it before the parser is asked.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a program so that its GnuTLS connections resume across runs.",
    discussion: """
      The program's children resume as well. Programs with set-user-ID or set-group-ID bits, and those without the \
      dynamic loader, are not touched: the loader sees to that. What LD_PRELOAD names already is loaded before. Options \
      of this command stand before the program's name.
      """)

  @OptionGroup var options: PreloadOptions

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
  var command: [String] = []

  func validate() throws { throw CleanExit.helpRequest(self) }
}
