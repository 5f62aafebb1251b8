import ArgumentParser
import GnuTLSResumption

struct Forget: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Remove all that is kept of a server.",
    discussion: """
      With a port, that port's tickets and sessions go, and those without one: many programs, as git and wget2, let \
      nobody know their port. What was kept without a name goes too, as it may be this server's. Without a port, every \
      port's go. What a connection that is open now receives later isn't kept either.
      """)

  @Argument(
    help: ArgumentHelp("The server name; an IPv6 address stands in brackets.", valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort

  @OptionGroup var storeOptions: StoreOptions

  func run() throws {
    try reportingFailure {
      let count = try storeOptions.resumption().forget(name: server.host, port: server.port)
      try StandardStreams.out("removed: \(count)")
    }
  }
}
