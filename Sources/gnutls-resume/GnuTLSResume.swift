import ArgumentParser
import CGnuTLSResume
import Glibc

/// The command line tool.
@main
struct GnuTLSResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gnutls-resume",
    abstract: "TLS session resumption for GnuTLS clients, across runs.",
    version: GNUTLS_RESUME_VERSION, subcommands: commands)

  private static let commands: [any ParsableCommand.Type] = [
    Connect.self, List.self, Forget.self, Purge.self, Stats.self, Run.self, Env.self, Enable.self,
    Disable.self, User.self, Demo.self,
  ]

  static func main() async {
    // Before anything is opened, or parsed: a program that is run gets what it was given.
    let (count, words) = unsafe ProcessArguments.raw
    let code = unsafe gnutls_resume_launch(count, words)
    if code != GNUTLS_RESUME_NOT_MINE { Glibc.exit(code) }

    StandardStreams.reserve()
    do {
      let words = ProcessArguments.escaped
      var command = try parse(words)
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
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
  private static func parse(_ words: [String]) throws -> sending any ParsableCommand {
    guard let type = commands.first(where: { $0.configuration.commandName == words.first }),
      let command = try? type.parseAsRoot(Array(words.dropFirst())), Swift.type(of: command) == type
    else { return try parseAsRoot(words) }
    return command
  }
}
