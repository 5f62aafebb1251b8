import ArgumentParser

/// The command line tool.
@main
struct GnuTLSResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gnutls-resume",
    abstract: "TLS session resumption for GnuTLS clients, across runs.",
    version: "0.1.0",
    subcommands: [Connect.self, List.self, Forget.self, Purge.self, Stats.self, Run.self, Env.self, Demo.self])

  static func main() async {
    StandardStreams.reserve()
    await main(nil)
  }
}
