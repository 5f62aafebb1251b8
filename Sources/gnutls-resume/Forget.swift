import ArgumentParser
import GnuTLSResumption

struct Forget: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Remove all that is kept of a server.")

  @Argument(
    help: ArgumentHelp("The server name as it was given; without a port: every port.", valueName: "host[:port]"))
  var server: HostPort

  @OptionGroup var storeOptions: StoreOptions

  func run() throws {
    try reportingFailure {
      let count = try storeOptions.resumption().forget(name: server.host, port: server.port)
      try StandardStreams.out("removed: \(count)")
    }
  }
}
