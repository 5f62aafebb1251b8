import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets
import StoreLocation

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Move tickets out of the store, into a file for one other store.",
    discussion: """
      The file goes to standard output, and what is in it is said on standard error. Tickets are moved, not copied: they have \
      left this store before a byte of the file is written, and are lost if it doesn't arrive. Only the store that --for names \
      can open the file, with 'gnutls-resume import', and only once; after the end of its last ticket, a week at most, it is \
      worth nothing. The other machine must have the same version of GnuTLS, else nothing is exported. A moved ticket carries \
      no early data, and where the other machine trusts something else, the server's certificate is verified again there. Of a \
      store that machines share nothing is exported.
      """)

  @Argument(
    help: ArgumentHelp(
      "A server whose tickets are moved. With a port, also what was kept without one. Without a port, every port's.",
      valueName: "host[:port]"),
    transform: HostPort.init)
  var servers: [HostPort]

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "The store that the file is for, by the id that 'gnutls-resume stats --id' shows there.", valueName: "id"),
    transform: storeID)
  var recipient: StoreID

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "Say what is in the file as one line of JSON.")
  var json = false

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    try reportingFailure(advising: "") {
      // Before anything has left the store.
      try Self.requireOutput()
      let mover = try storeOptions.mover()
      let exported = try mover.export(for: recipient) { server in servers.contains { $0.matches(server) } }
      guard !exported.file.isEmpty else { throw try nothing(exported) }
      guard StandardStreams.write(exported.file, to: STDOUT_FILENO) else {
        throw FileFailure("\(exported.text) left the store and are lost, as the file can't be written", errno: errno)
      }
      StandardStreams.error(json ? try Summary(exported).json() : "exported: \(exported.text)\(exported.leftText)")
      if let trouble = exported.trouble {
        throw FileFailure("the file is good, but more would be in it if the store hadn't failed: \(trouble)")
      }
    }
  }

  private static func requireOutput() throws {
    guard isatty(STDOUT_FILENO) == 0 else {
      throw FileFailure("the file is no text for a terminal; write it to a file with >, or into a pipe")
    }
    let flags = fcntl(STDOUT_FILENO, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
      throw FileFailure("standard output is closed; nothing is exported")
    }
  }

  private func nothing(_ exported: ExportedTickets) throws -> FileFailure {
    let names = servers.map { $0.identity.description }.joined(separator: ", ")
    let place = try storeOptions.choice.localPlace().path
    return FileFailure("nothing is kept of \(names) in \(place) that can be moved\(exported.leftText)")
  }

  private struct Summary: Encodable {
    let tickets: Int
    let sessions: Int
    /// Those that have stayed in the store.
    let left: Int
    let bytes: Int
    /// Of the last; ISO 8601, UTC.
    let expires: String

    init(_ exported: ExportedTickets) {
      tickets = exported.tickets
      sessions = exported.sessions
      left = exported.left
      bytes = exported.file.count
      expires = exported.end.iso8601
    }
  }
}

extension ExportedTickets {
  fileprivate var text: String { movedText(tickets: tickets, sessions: sessions) }

  fileprivate var leftText: String {
    left == 0 ? "" : "; \(left) \(left == 1 ? "stays" : "stay"): a program may have used them, or the file is full"
  }
}

/// How many of each.
func movedText(tickets: Int, sessions: Int) -> String {
  "\(tickets) \(tickets == 1 ? "ticket" : "tickets"), \(sessions) \(sessions == 1 ? "session" : "sessions")"
}
