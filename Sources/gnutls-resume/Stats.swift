import ArgumentParser
import GnuTLSResumption
import SessionTickets

struct Stats: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Count what the store holds, the expired included.")

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "As one line of JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      let counts = Counts(try storeOptions.resumption().statistics())
      try StandardStreams.out(
        json
          ? counts.json()
          : """
          tickets:  \(counts.tickets)
          sessions: \(counts.sessions)
          notes:    \(counts.notes)
          bytes:    \(counts.bytes)
          """)
    }
  }

  private struct Counts: Encodable {
    let tickets: Int
    let sessions: Int
    let notes: Int
    let bytes: Int

    init(_ count: StoreCount) {
      tickets = count.tickets
      sessions = count.sessions
      notes = count.notes
      bytes = count.bytes
    }
  }
}
