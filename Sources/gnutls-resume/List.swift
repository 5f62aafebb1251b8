import ArgumentParser
import FoundationEssentials
import GnuTLSResumption

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the servers that can be resumed with, and what is kept of each.")

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "As one line of JSON: an array of objects.")
  var json = false

  func run() throws {
    try reportingFailure {
      let entries = try storeOptions.resumption().inventory().map(Entry.init)
      if json { return try StandardStreams.out(entries.json()) }
      guard !entries.isEmpty else { return StandardStreams.error("nothing is kept") }
      let rows = entries.map { entry in Self.columns.map { entry[keyPath: $0.text].printable } }
      try StandardStreams.out(table([Self.columns.map(\.heading)] + rows))
    }
  }

  private static var columns: [(heading: String, text: KeyPath<Entry, String>)] {
    [
      ("SERVER", \.name), ("TICKETS", \.tickets.description), ("SESSIONS", \.sessions.description),
      ("NEWEST", \.newest), ("EXPIRES", \.expires), ("PROGRAM", \.keeper),
    ]
  }

  private struct Entry: Encodable {
    let server: String
    let port: UInt16
    let tickets: Int
    let sessions: Int
    /// ISO 8601, UTC.
    let newest: String
    let expires: String
    /// The program that keeps them; nil if the system didn't tell.
    let program: String?

    init(_ inventory: ServerInventory) {
      server = inventory.server.name
      port = inventory.server.port
      tickets = inventory.tickets
      sessions = inventory.sessions
      newest = Self.iso8601(inventory.newest.seconds)
      expires = Self.iso8601(inventory.expiry)
      program = inventory.keptBy
    }

    // By hand: what is absent is null, not left out.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(server, forKey: .server)
      try container.encode(port, forKey: .port)
      try container.encode(tickets, forKey: .tickets)
      try container.encode(sessions, forKey: .sessions)
      try container.encode(newest, forKey: .newest)
      try container.encode(expires, forKey: .expires)
      try container.encode(program, forKey: .program)
    }

    private enum CodingKeys: CodingKey {
      case server, port, tickets, sessions, newest, expires, program
    }

    var name: String { ServerIdentity(name: server, port: port).description }

    var keeper: String { program ?? "" }

    /// Within the years that have four digits.
    private static func iso8601(_ seconds: Int64) -> String {
      Date(timeIntervalSince1970: Double(min(max(seconds, 0), 253_402_300_799))).formatted(.iso8601)
    }
  }
}
