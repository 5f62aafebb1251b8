import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets
import StoreLocation

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take the tickets of a file that another store has exported for this one.",
    discussion: """
      A file is taken once: the store remembers it until the last of its tickets has ended, whatever is forgotten or purged \
      meanwhile. --from is what makes it safe: whoever could choose the tickets could pass for every server, and this store's \
      id, for which a file is sealed, is no secret. Where something is wrong with the file, nothing changes, and it can be \
      imported later.
      """)

  @Argument(help: ArgumentHelp("An exported file; - is standard input.", valueName: "file"))
  var file: PathArgument

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "The store that has exported it, by the id that 'gnutls-resume stats --id' shows there.", valueName: "id"),
    transform: storeID)
  var sender: StoreID

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "As one line of JSON.")
  var json = false

  func run() throws {
    try reportingFailure(advising: "") {
      let mover = try storeOptions.mover()
      let bytes = try WholeFile.read(file.path, atMost: TicketMover.mostBytes)
      let imported = try mover.import(bytes, from: sender)
      try StandardStreams.out(json ? Summary(imported).json() : imported.text)
      guard let trouble = imported.trouble else { return }
      throw FileFailure("\(imported.lost) of the file are lost, as they can't be stored: \(trouble)")
    }
  }

  private struct Summary: Encodable {
    let tickets: Int
    let sessions: Int
    let expired: Int
    let lost: Int
    /// Of the last; ISO 8601, UTC. Nil if none is stored.
    @OrNull var expires: String?

    init(_ imported: ImportedTickets) {
      tickets = imported.tickets
      sessions = imported.sessions
      expired = imported.expired
      lost = imported.lost
      expires = imported.end == 0 ? nil : imported.end.iso8601
    }
  }
}

extension ImportedTickets {
  fileprivate var text: String {
    "imported: \(movedText(tickets: tickets, sessions: sessions))" + (expired > 0 ? "; \(expired) had ended" : "")
  }
}
