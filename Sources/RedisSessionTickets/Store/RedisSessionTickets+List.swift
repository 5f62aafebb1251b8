public import SessionTickets

/// What has become of a store's records since its shards were begun, by the server's own count.
public struct RedisCounters: Hashable, Sendable {
  public internal(set) var inserted: UInt64 = 0
  /// Tickets that were given to a taker.
  public internal(set) var taken: UInt64 = 0
  public internal(set) var evicted: UInt64 = 0
  public internal(set) var expired: UInt64 = 0
  /// Those that left for any other reason, replaced ones included.
  public internal(set) var removed: UInt64 = 0
}

extension RedisSessionTickets {
  public func count() throws(StoreError) -> StoreCount {
    var count = StoreCount()
    try forEachShard { _, names in
      for name in names {
        switch name.kind {
        case .ticket: count.tickets += 1
        case .session: count.sessions += 1
        case .note: count.notes += 1
        }
        count.bytes += name.byteCount
      }
      return true
    }
    return count
  }

  /// The server's counters, of all shards. A shard's begin anew with another primary, and when it has been empty for long.
  public func counters() throws(StoreError) -> RedisCounters {
    var sum = RedisCounters()
    try forEachShard { counters, _ in
      sum.inserted &+= counters.inserted
      sum.taken &+= counters.taken
      sum.evicted &+= counters.evicted
      sum.expired &+= counters.expired
      sum.removed &+= counters.removed
      return true
    }
    return sum
  }

  public func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    let (_, names) = try listed(run(.list, on: server, [], until: deadline(.keep)))
    return names.filter { $0.place.server == server }.sorted { $0.sequence < $1.sequence }.compactMap { $0.summary }
  }

  public func servers() throws(StoreError) -> [Digest] {
    var servers: Set<Digest> = []
    try forEachShard { _, names in
      for name in names { servers.insert(name.place.server) }
      return true
    }
    return Array(servers)
  }

  public func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    try forEachShard { _, names in
      for name in names {
        if let summary = name.summary, !visit(summary) { return false }
      }
      return true
    }
  }

  private func forEachShard(_ visit: (RedisCounters, [RedisEntryName]) -> Bool) throws(StoreError) {
    try runOnAll(.list, []) { answer throws(StoreError) in
      let (counters, names) = try listed(answer)
      return visit(counters, names)
    }
  }

  private func listed(_ answer: RESPValue) throws(StoreError) -> (RedisCounters, [RedisEntryName]) {
    guard let parts = answer.elements, let words = parts.first?.bytes, words.count == 40 else { throw unexpected() }
    func number(_ index: Int) -> UInt64 { words[(index * 8)..<(index * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
    let counters = RedisCounters(
      inserted: number(0), taken: number(1), evicted: number(2), expired: number(3), removed: number(4))
    return (counters, names(parts.dropFirst()))
  }
}
