import ArgumentParser

struct Env: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the lines by which a shell's programs resume, for its start file.",
    discussion: "As in: eval \"$(gnutls-resume env)\"")

  @OptionGroup var options: PreloadOptions

  func run() throws {
    try reportingFailure {
      let files = try PreloadFiles()
      try options.checkLog()
      var lines = options.variables.map { "export \($0.name)=\(Self.quoted($0.value))" }
      lines.append("export LD_PRELOAD=\(Self.quoted(files.shim))\"${LD_PRELOAD:+:$LD_PRELOAD}\"")
      try StandardStreams.out(lines.joined(separator: "\n"))
    }
  }

  /// For a POSIX shell.
  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("'", with: "'\\''"))'"
  }
}
