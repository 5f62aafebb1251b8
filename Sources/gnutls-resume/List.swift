import ArgumentParser
import FoundationEssentials
import GnuTLSResumption

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the servers that can be resumed with, and what is kept of each.")

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "As one line of JSON: an array of objects.")
  var json = false

  func run() throws {
    try reportingFailure {
      let entries = try storeOptions.resumption().inventory().map(Entry.init)
      if json { return try StandardStreams.out(entries.json()) }
      guard !entries.isEmpty else { return StandardStreams.error("nothing is kept") }
      try StandardStreams.out(
        table(
          [["SERVER", "TICKETS", "SESSIONS", "NEWEST", "EXPIRES"]]
            + entries.map {
              [
                "\(ServerIdentity(name: $0.server, port: $0.port))", "\($0.tickets)", "\($0.sessions)", $0.newest,
                $0.expires,
              ]
            }))
    }
  }

  private struct Entry: Encodable {
    let server: String
    let port: UInt16
    let tickets: Int
    let sessions: Int
    /// ISO 8601, UTC.
    let newest: String
    let expires: String

    init(_ inventory: ServerInventory) {
      server = inventory.server.name
      port = inventory.server.port
      tickets = inventory.tickets
      sessions = inventory.sessions
      newest = Self.iso8601(inventory.newest.seconds)
      expires = Self.iso8601(inventory.expiry)
    }

    private static func iso8601(_ seconds: Int64) -> String {
      Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
  }
}
