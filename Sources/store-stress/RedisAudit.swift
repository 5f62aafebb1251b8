import RedisSessionTickets
import SessionTickets

/// Where every ticket of an exercise on a server has gone, by the server's own count, and by what the processes say.
///
/// A process that is killed hasn't said what its last operation did, which may have been more than one thing: so the sum is
/// the server's, and the logs must agree with it but for what was interrupted.
struct RedisAudit {
  private(set) var complaints: [String] = []
  let summary: String

  init(_ store: RedisSessionTickets, folder: String) throws {
    let logs = try (0..<(Scenario.takers + Scenario.inserters)).map {
      try Log(path: Scenario.logPath(in: folder, worker: $0))
    }
    let given = logs.flatMap(\.given)
    let inserted = logs.flatMap(\.inserted).map(\.id)
    let interrupted = logs.flatMap(\.interrupted)
    let halfInserted = interrupted.compactMap(\.inserting)
    let stored = try store.fold([]) { $0 + [$1.key.id.description] }
    let counters = try store.counters()
    let left = counters.taken + counters.evicted + counters.expired + counters.removed
    summary =
      "\(counters.inserted) inserted = \(counters.taken) taken + \(counters.evicted) evicted"
      + " + \(counters.expired) expired + \(counters.removed) removed + \(stored.count) stored, by the server's count;"
      + " \(inserted.count) inserted and \(given.count) given by the processes', \(interrupted.count) interruptions"

    if left + UInt64(stored.count) != counters.inserted { complaints.append("the server's sum is wrong") }
    if counters.removed != 0 { complaints.append("\(counters.removed) removed for no reason") }
    if Set(given).count != given.count { complaints.append("\(given.count - Set(given).count) given twice") }
    let known = Set(inserted).union(halfInserted)
    if !known.isSuperset(of: given + stored) { complaints.append("some were never inserted") }
    if !Set(given).isDisjoint(with: stored) { complaints.append("some are given, and stored") }
    let takes = UInt64(given.count)...UInt64(given.count + interrupted.count - halfInserted.count)
    if !takes.contains(counters.taken) { complaints.append("\(counters.taken) taken, not \(takes)") }
    let insertions = UInt64(inserted.count)...UInt64(inserted.count + halfInserted.count)
    if !insertions.contains(counters.inserted) { complaints.append("\(counters.inserted) inserted, not \(insertions)") }
    if inserted.count != Scenario.inserters * Scenario.ticketsPerInserter {
      complaints.append("\(inserted.count) tickets were inserted")
    }
    for key in try store.fold([], { $0 + [$1.key] }) {
      if let record = try store.read(key), !Scenario.isIntact(record) { complaints.append("\(key.id) is damaged") }
    }
  }
}
