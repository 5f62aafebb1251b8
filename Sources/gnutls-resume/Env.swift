import ArgumentParser

/// For help and completions: the launcher has done it before the parser is asked.
struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Print the lines by which a shell's programs resume.",
    discussion: """
      As in:
        eval "$(gnutls-resume env)"
        gnutls-resume env --shell fish | source
        eval "`gnutls-resume env --shell csh`"
      The library stands behind what LD_PRELOAD names already. Evaluated twice, the lines change nothing the second time. \
      To have a shell do so whenever it starts: gnutls-resume enable --user
      """)

  @OptionGroup var options: PreloadOptions

  @Option(help: "For which shell.")
  var shell: Shell = .posix

  @Flag(help: "Print the lines that take back what env has done in this shell, and leave all else as it is.")
  var off = false

  func validate() throws { throw CleanExit.helpRequest(self) }
}
