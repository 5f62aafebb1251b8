import ArgumentParser
import GnuTLSResumption

struct Purge: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "purge", abstract: "Remove everything from the store.")

  @Flag(help: "Remove only what has expired.")
  var expired = false

  @OptionGroup var storeOptions: StoreOptions

  func run() throws {
    try reportingFailure {
      try StandardStreams.out("removed: \(try storeOptions.resumption().purge(expiredOnly: expired))")
    }
  }
}
