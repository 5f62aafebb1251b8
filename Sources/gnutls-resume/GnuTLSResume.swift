import ArgumentParser
import CGnuTLSResume
import Glibc

/// The command line tool.
///
/// Nothing in it is asynchronous: where there is no `/proc`, the dispatcher behind Swift's tasks ends the process as soon as
/// work has to wait for a thread.
@main
struct GnuTLSResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gnutls-resume",
    abstract: "TLS session resumption for GnuTLS clients, across runs.",
    version: GNUTLS_RESUME_VERSION, subcommands: commands)

  private static let commands: [any ParsableCommand.Type] = [
    Connect.self, Why.self, Probe.self, List.self, Forget.self, Purge.self, Stats.self, Export.self, Import.self,
    Key.self, Store.self, Run.self, Env.self, Enable.self, Disable.self, User.self, LogReport.self, Demo.self,
  ]

  static func main() {
    // Before anything is opened, or parsed: a program that is run gets what it was given.
    let (count, words) = unsafe ProcessArguments.raw
    let code = unsafe gnutls_resume_launch(count, words)
    if code != GNUTLS_RESUME_NOT_MINE { Glibc.exit(code) }

    StandardStreams.reserve()
    do {
      let words = ProcessArguments.escaped
      var command = try parse(words)
      try command.run()
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      // One line, of the parser's many: what is wrong, and where help is.
      let message = message(for: error)
      let help = fullMessage(for: error).split(separator: "\n").last ?? ""
      let end = message.hasSuffix(".") || message.hasSuffix("?") ? "" : "."
      reportError("\(message)\(end) \(help.trimmingPrefix { $0 == " " })")
      exit(withError: ExitCode.validationFailure)
    }
  }

  /// By the command that the first word names, if the rest is right: the parser takes 3 ms to look at all others. What is
  /// wrong is said by way of the tool.
  private static func parse(_ words: [String]) throws -> any ParsableCommand {
    guard let type = commands.first(where: { $0.configuration.commandName == words.first }),
      let command = try? type.parseAsRoot(Array(words.dropFirst())), Swift.type(of: command) == type
    else {
      // The parser would count the words that it doesn't expect.
      if let word = words.first, !word.hasPrefix("-"), word != "help",
        !commands.contains(where: { $0.configuration.commandName == word })
      {
        throw ValidationError("There is no command '\(word)'.")
      }
      return try parseAsRoot(words)
    }
    return command
  }
}
