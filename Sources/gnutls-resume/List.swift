import ArgumentParser
import GnuTLSResumption

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the servers that can be resumed with, and what is kept of each.",
    discussion: """
      A line for each server, program and way of connecting: connections with another ALPN list or policy don't use each \
      other's tickets. 'gnutls-resume why' says which of them a connection would use.
      """)

  @Argument(
    help: ArgumentHelp(
      "Only what is kept of this server. With a port, also what was kept without one: many programs let nobody know theirs.",
      valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort?

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "As one line of JSON: an array of objects.")
  var json = false

  func run() throws {
    try reportingFailure {
      let resumption = try storeOptions.resumption()
      let inventory = try resumption.wholeInventory()
      let entries = inventory.servers.filter { server?.matches($0.server) != false }.map(Entry.init)
      let names = try StoreNames(storeOptions.choice)
      if let lost = names.lostKey(of: inventory.unopened) { StandardStreams.error(lost.printable) }
      if json { return try StandardStreams.out(entries.json()) }
      guard !entries.isEmpty else {
        let what = server.map { "nothing is kept of \($0.identity)" } ?? "nothing is kept"
        return StandardStreams.error("\(what) in \(names.text)".printable)
      }
      let rows = entries.map { entry in Self.columns.map { entry[keyPath: $0.text].printable } }
      try StandardStreams.out(table([Self.columns.map(\.heading)] + rows))
    }
  }

  private static var columns: [(heading: String, text: KeyPath<Entry, String>)] {
    [
      ("SERVER", \.name), ("TICKETS", \.tickets.description), ("SESSIONS", \.sessions.description),
      ("NEWEST", \.newest), ("EXPIRES", \.expires), ("PROGRAM", \.keeper), ("ALPN", \.alpn), ("POLICY", \.policy),
    ]
  }

  private struct Entry: Encodable {
    /// Server and port, for people.
    let name: String
    let server: String
    let port: UInt16
    let isDatagram: Bool
    let tickets: Int
    let sessions: Int
    /// ISO 8601, UTC.
    let newest: String
    let expires: String
    /// The program that keeps them; nil if the system didn't tell.
    let program: String?
    let identity: KeptIdentity?

    init(_ inventory: ServerInventory) {
      server = inventory.server.name
      port = inventory.server.port
      isDatagram = inventory.server.isDatagram
      name = inventory.server.description
      tickets = inventory.tickets
      sessions = inventory.sessions
      newest = inventory.newest.seconds.iso8601
      expires = inventory.expiry.iso8601
      program = inventory.keptBy
      identity = inventory.identity
    }

    // By hand: what is absent is null, not left out.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(server, forKey: .server)
      try container.encode(port, forKey: .port)
      try container.encode(isDatagram ? "dtls" : "tls", forKey: .transport)
      try container.encode(tickets, forKey: .tickets)
      try container.encode(sessions, forKey: .sessions)
      try container.encode(newest, forKey: .newest)
      try container.encode(expires, forKey: .expires)
      try container.encode(program, forKey: .program)
      try IdentityJSON(identity: identity).encode(to: encoder)
    }

    private enum CodingKeys: CodingKey {
      case server, port, transport, tickets, sessions, newest, expires, program
    }

    var keeper: String { program ?? "-" }

    var alpn: String {
      guard let identity, !identity.applicationProtocols.isEmpty else { return "-" }
      return identity.applicationProtocols.joined(separator: ",")
    }

    var policy: String { identity?.policy(for: server) ?? "-" }
  }
}

extension HostPort {
  /// In its normal form; of port 0 without one.
  var identity: ServerIdentity { ServerIdentity(name: host, port: port ?? 0) }

  /// Whether what is kept of a server is asked for.
  func matches(_ kept: ServerIdentity) -> Bool {
    kept.name == identity.name && (port == nil || kept.port == port || kept.port == 0)
  }
}
