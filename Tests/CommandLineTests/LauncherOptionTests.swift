import CGnuTLSResume
import Foundation
import TestPeers
import Testing

/// `run` and `env` are done by a launcher, and described by the option parser: both must know the same options.
struct LauncherOptionTests {
  /// What `--experimental-dump-help` says, as far as it is of interest.
  private struct Dump: Decodable {
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    struct Argument: Decodable {
      struct Name: Decodable {
        let name: String
        let kind: String
      }
      let kind: String
      let names: [Name]?
      let valueName: String?
    }
    let command: Command
  }

  private struct Option: Hashable {
    let name: String
    /// Nil if it takes none.
    let value: String?
  }

  @Test("The launcher's options are those that help names", arguments: ["run", "env"])
  func same(command: String) throws {
    let tool = try Tool()
    let text = try tool.run(["--experimental-dump-help"]).standardOutput
    let dump = try JSONDecoder().decode(Dump.self, from: Data(text.utf8))
    let described = try #require(dump.command.subcommands?.first { $0.commandName == command }?.arguments)
    var options: Set<Option> = []
    for argument in described where argument.kind != "positional" {
      for name in argument.names ?? [] where name.kind == "long" {
        options.insert(Option(name: "--\(name.name)", value: argument.kind == "option" ? argument.valueName : nil))
      }
    }
    var known: Set<Option> = [Option(name: "--help", value: nil), Option(name: "--version", value: nil)]
    var place: Int32 = 0
    while let option = unsafe gnutls_resume_option_at(place)?.pointee {
      place += 1
      // Those that hand nothing on are of env alone.
      if unsafe command == "run" && option.variable == nil { continue }
      let value = unsafe option.value.map { unsafe String(cString: $0) }
      known.insert(Option(name: unsafe String(cString: option.name), value: value))
    }
    #expect(options == known)
  }
}
