package import RedisSessionTickets
package import SessionTickets
import SessionTicketsLocking

/// A store behind a network, which isn't asked for a while after trouble: a second, then twice as long each time, up to a
/// minute. That is noted on this machine, so that processes that live for a moment don't each wait in vain.
package final class RestingStore: TicketStore {
  private let store: any TicketStore
  private let rest: StoreRest
  private let url: RedisURL
  private let letGoOfStore: @Sendable () -> Void

  /// - Parameter local: This machine's own store; nil: nothing is noted for other processes.
  package convenience init(_ url: RedisURL, role: StoreRole = .client, beside local: LocalTickets?) {
    let store = RedisSessionTickets(url, role: role, options: Self.options(for: url, beside: local))
    self.init(store, url: url, beside: local?.store) { store.letGo() }
  }

  /// How long the URL lets it be waited for, and the ways there: by noted addresses, and by the engine's own TLS.
  static func options(for url: RedisURL, beside local: LocalTickets?) -> RedisOptions {
    var options = RedisOptions()
    options.claimLimit = url.wait
    options.keepLimit = 4 * url.wait
    options.addresses = { NotedHosts.addresses(of: $0, beside: local?.place) }
    options.secureConnect = SecureRedisConnection.connect(trusting: url.caFile, tickets: local)
    return options
  }

  init(
    _ store: any TicketStore, url: RedisURL, beside local: (any TicketStore)?,
    letGo: @escaping @Sendable () -> Void = {}
  ) {
    self.store = store
    self.url = url
    rest = StoreRest(of: url, notedIn: local)
    letGoOfStore = letGo
  }

  private init(_ other: RestingStore, milliseconds: Int) {
    store = other.store.within(milliseconds: milliseconds)
    rest = other.rest
    url = other.url
    letGoOfStore = other.letGoOfStore
  }

  package var role: StoreRole { store.role }

  package func within(milliseconds: Int) -> any TicketStore { RestingStore(self, milliseconds: milliseconds) }

  /// Closes its connections, until the next call: for a process whose descriptors are not its own to keep.
  package func letGo() { letGoOfStore() }

  /// For messages. It shows no password.
  package var name: String { url.description }

  /// What a connection does.
  private func asking<Result: ~Copyable>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try rest.check(place: name)
    do throws(StoreError) {
      let result = try body()
      rest.ends()
      return result
    } catch {
      if error.code == .unavailable { rest.begins(because: error.message) }
      throw error
    }
  }

  package func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try asking { () throws(StoreError) in
      try store.insert(record, at: place, generation: generation, now: now)
    }
  }

  package func generation() throws(StoreError) -> StoreGeneration {
    try asking { () throws(StoreError) in try store.generation() }
  }

  package func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    try asking { () throws(StoreError) in try store.candidates(at: place, now: now, limit: limit) }
  }

  package func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    try asking { () throws(StoreError) in try store.claim(candidate, now: now) }
  }

  package func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    try asking { () throws(StoreError) in try store.read(key) }
  }

  package func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    try asking { () throws(StoreError) in try store.replace(key, by: record, now: now) }
  }

  package func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try asking { () throws(StoreError) in try store.remove(key, because: reason) }
  }

  package func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try asking { () throws(StoreError) in try store.removeSession(at: place, because: reason) }
  }

  package func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    try asking { () throws(StoreError) in try store.select(server: server) }
  }

  package func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try asking { () throws(StoreError) in try store.note(server: server, identity: identity) }
  }

  package func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    try asking { () throws(StoreError) in
      try store.setNote(note, server: server, identity: identity, now: now)
    }
  }

  // MARK: What people ask for, who can wait

  package func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    try store.removeAll(server: server, because: reason)
  }

  package func removeAll() throws(StoreError) -> Int { try store.removeAll() }
  package func purgeExpired(now: WallTime) throws(StoreError) -> Int { try store.purgeExpired(now: now) }
  package func count() throws(StoreError) -> StoreCount { try store.count() }
  package func servers() throws(StoreError) -> [Digest] { try store.servers() }

  package func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    try store.forEachRecord(visit)
  }

  package func close() { store.close() }
}
