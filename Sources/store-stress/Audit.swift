import SessionTickets

/// Where every ticket of the exercise has gone.
///
/// Each is given once, or evicted, or removed as expired, or still stored, or lost with a process that was killed
/// between removing it and saying so: one ticket per kill at most, and only where that process was at work.
struct Audit {
  private(set) var complaints: [String] = []
  private(set) var summary = ""

  init(folder: String, kills: Int) throws {
    let logs = try (0..<(Scenario.takers + Scenario.inserters)).map {
      try Log(path: Scenario.logPath(in: folder, worker: $0))
    }
    let stored = try drain(folder)
    let given = logs.flatMap(\.given)
    let removed = logs.flatMap(\.removed)
    let interrupted = logs.flatMap(\.interrupted)
    let inserted = logs.flatMap(\.inserted)
    let halfInserted = Set(interrupted.compactMap(\.inserting))

    // Every way out, for every ticket that went one.
    var exits: [String: [String]] = [:]
    for id in given { exits[id, default: []].append("given") }
    for (reason, id) in removed { exits[id, default: []].append(reason) }
    for id in stored { exits[id, default: []].append("stored") }
    let known = Set(inserted.map(\.id)).union(halfInserted)
    for (id, ways) in exits {
      if ways.count > 1 { complaints.append("\(id) went out more than once: \(ways)") }
      if !known.contains(id) { complaints.append("\(id) was never inserted") }
    }
    for (reason, id) in removed where reason != "evicted" && reason != "expired" {
      complaints.append("\(id) was removed because \(reason)")
    }
    let lost = inserted.filter { exits[$0.id] == nil }
    if interrupted.count > kills { complaints.append("\(interrupted.count) interruptions by \(kills) kills") }
    for (id, _) in try Self.unexplained(lost, by: interrupted) { complaints.append("\(id) is lost without a reason") }
    if inserted.count != Scenario.inserters * Scenario.ticketsPerInserter {
      complaints.append("\(inserted.count) tickets were inserted")
    }
    let halfWayOut = halfInserted.count { exits[$0] != nil }
    let sum = given.count + removed.count + stored.count + lost.count - halfWayOut
    if sum != inserted.count { complaints.append("the sum is \(sum), not \(inserted.count)") }
    summary =
      "\(inserted.count) inserted = \(given.count) given + \(removed.count { $0.reason == "evicted" }) evicted"
      + " + \(removed.count { $0.reason == "expired" }) expired + \(stored.count) stored + \(lost.count) lost"
      + " - \(halfWayOut) whose insertion was interrupted after it was done; \(interrupted.count) interruptions"
  }

  /// Finds an interruption of its own for each lost ticket: a take of its identity, or an insertion into its shard,
  /// which may have evicted it.
  private static func unexplained(
    _ lost: [(id: String, identity: Int)], by interrupted: [Log.Interrupted]
  ) throws -> [(id: String, identity: Int)] {
    let layout = StoreLayout(for: Scenario.bounds)
    func shard(_ identity: Int) -> EntryName { layout.shardName(for: Scenario.place(identity: identity).server) }
    var takes = interrupted.filter { $0.inserting == nil }.map(\.identity)
    var insertions = interrupted.filter { $0.inserting != nil }.map { shard($0.identity) }
    return lost.filter { ticket in
      if let index = takes.firstIndex(of: ticket.identity) {
        takes.remove(at: index)
        return false
      }
      if let index = insertions.firstIndex(of: shard(ticket.identity)) {
        insertions.remove(at: index)
        return false
      }
      return true
    }
  }

  /// Empties the store, and returns what was in it.
  private mutating func drain(_ folder: String) throws -> [String] {
    let store = DirectoryStore(path: Scenario.storePath(in: folder), bounds: Scenario.bounds)
    let keys = try store.fold([]) { $0 + [$1.key] }
    let count = try store.count()
    if count.tickets != keys.count || count.sessions + count.notes > 0 { complaints.append("\(count)") }
    for key in keys {
      guard let record = try store.read(key), Scenario.isIntact(record) else {
        complaints.append("\(key.id) is damaged")
        continue
      }
    }
    guard try store.removeAll() == keys.count else { throw ExerciseError("not all records could be removed") }
    return keys.map(\.id.description)
  }
}
