import ArgumentParser
import GnuTLSResumption
import SessionTickets

struct Stats: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Say where the store is, what it holds, the expired included, and how much it may hold.",
    discussion: "At a bound the oldest go. Tickets, sessions and notes count as records; of one identity only so many "
      + "tickets and sessions stay, the newest. By its id other stores know this one: 'gnutls-resume export' seals for it."
  )

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "Print the store's id alone. What is missing of store and key is made.")
  var id = false

  @Flag(help: "As one line of JSON.")
  var json = false

  func validate() throws {
    guard !id || !json else { throw ValidationError("--id and --json exclude each other.") }
  }

  func run() throws {
    try reportingFailure {
      let resumption = try storeOptions.resumption()
      let mover = TicketMover(resumption, at: try storeOptions.choice.localPlace())
      if id { return try StandardStreams.out(try mover.id(create: true)?.text ?? "") }
      let names = try StoreNames(storeOptions.choice)
      let (local, shared) = try resumption.counts()
      // What is counted is counted without a key, too.
      let known = (try? mover.id(create: false)) ?? nil
      var stores = [Counts(local, names.local, names.bounds, isShared: false, id: known)]
      if let shared, let name = names.shared, let bounds = names.sharedBounds {
        stores.append(Counts(shared, name, bounds, isShared: true))
      }
      let unopened = (try? resumption.wholeInventory().unopened) ?? 0
      if let lost = names.lostKey(of: unopened) { StandardStreams.error(lost.printable) }
      let sum = Sum(stores: stores, unopened: unopened)
      try StandardStreams.out(json ? sum.json() : stores.map(\.text).joined(separator: "\n\n"))
    }
  }

  /// Of all stores.
  private struct Sum: Encodable {
    let tickets: Int
    let sessions: Int
    let notes: Int
    let bytes: Int
    /// Tickets and sessions whose key is lost.
    let unopened: Int
    let stores: [Counts]

    init(stores: [Counts], unopened: Int) {
      tickets = stores.reduce(0) { $0 + $1.tickets }
      sessions = stores.reduce(0) { $0 + $1.sessions }
      notes = stores.reduce(0) { $0 + $1.notes }
      bytes = stores.reduce(0) { $0 + $1.bytes }
      self.unopened = unopened
      self.stores = stores
    }
  }

  private struct Counts: Encodable {
    let store: String
    let isShared: Bool
    /// By which other stores know it; nil as long as nobody has asked for it.
    @OrNull var id: String?
    let tickets: Int
    let sessions: Int
    let notes: Int
    let bytes: Int
    let mostRecords: Int
    let mostBytes: Int
    let mostPerIdentity: Int

    init(_ count: StoreCount, _ name: String, _ bounds: StoreBounds, isShared: Bool, id: StoreID? = nil) {
      store = name
      self.id = id?.text
      self.isShared = isShared
      tickets = count.tickets
      sessions = count.sessions
      notes = count.notes
      bytes = count.bytes
      mostRecords = bounds.records
      mostBytes = bounds.bytes
      mostPerIdentity = bounds.recordsPerIdentity
    }

    var text: String {
      let records = tickets + sessions + notes
      let known = isShared ? "" : "\nid:       \(id?.printable ?? "none yet; 'gnutls-resume stats --id' makes one")"
      return """
        store:    \(store.printable)\(known)
        tickets:  \(tickets)
        sessions: \(sessions)
        notes:    \(notes)
        records:  \(records) of \(mostRecords) (\(percent(records, of: mostRecords))), \(mostPerIdentity) of an identity
        bytes:    \(bytes) of \(mostBytes) (\(percent(bytes, of: mostBytes)))
        """
    }

    /// With one decimal, rounded up: what isn't empty isn't shown as such.
    private func percent(_ part: Int, of whole: Int) -> String {
      let tenths = Int(exactly: (Double(part) / Double(max(whole, 1)) * 1_000).rounded(.up)) ?? 0
      return "\(tenths / 10).\(tenths % 10) %"
    }
  }
}
