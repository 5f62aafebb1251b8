public import SessionTickets

/// What a store holds for one server.
public struct ServerInventory: Hashable, Sendable {
  public let server: ServerIdentity
  /// TLS 1.3 tickets that may still be used.
  public var tickets = 0
  /// TLS 1.2 sessions that may still be used.
  public var sessions = 0
  /// When the newest of them was stored.
  public var newest = WallTime(nanoseconds: 0)
  /// When the last of them expires, in seconds since 1970.
  public var expiry: Int64 = 0
}

/// Looking after the store: what is in it, and what shall leave it.
extension Resumption {
  /// What can still be used, by server, in the order of names and ports. Records under unknown keys are left out.
  public func inventory() throws(StoreError) -> [ServerInventory] {
    guard let ring = try keyRing(create: false) else { return [] }
    let store = try store.get()
    let now = now.seconds
    var names: [Digest: ServerIdentity] = [:]
    var found: [ServerIdentity: ServerInventory] = [:]
    var live: [RecordSummary] = []
    try store.forEachRecord { summary in
      if summary.expiry > now { live.append(summary) }
      return true
    }
    for summary in live {
      let digest = summary.key.place.server
      if names[digest] == nil { names[digest] = try server(of: summary.key, store, ring) }
      guard let server = names[digest] else { continue }
      var entry = found[server] ?? ServerInventory(server: server)
      switch summary.kind {
      case .ticket: entry.tickets += 1
      case .session: entry.sessions += 1
      }
      entry.newest = max(entry.newest, summary.inserted)
      entry.expiry = max(entry.expiry, summary.expiry)
      found[server] = entry
    }
    return found.values.sorted { ($0.server.name, $0.server.port) < ($1.server.name, $1.server.port) }
  }

  /// Removes all that is kept of a server: tickets, sessions, notes.
  /// - Parameters:
  ///   - name: The server name as it was asked for, or in another form that means the same.
  ///   - port: Nil for every port.
  /// - Returns: How many tickets and sessions.
  @discardableResult
  public func forget(name: String, port: UInt16?) throws(StoreError) -> Int {
    guard let ring = try keyRing(create: false) else { return 0 }
    let store = try store.get()
    if let port {
      var removed = 0
      for key in ring.all {
        let digest = try IdentityDigests.server(ServerIdentity(name: name, port: port), key: key)
        removed += try store.removeAll(server: digest, because: .explicit)
      }
      return removed
    }
    let name = ServerName(name).text
    var removed = 0
    for digest in try store.servers() where try belongs(digest, to: name, store, ring) {
      removed += try store.removeAll(server: digest, because: .explicit)
    }
    return removed
  }

  /// Removes everything, or what has expired.
  /// - Returns: How many tickets and sessions.
  @discardableResult
  public func purge(expiredOnly: Bool) throws(StoreError) -> Int {
    let store = try store.get()
    return expiredOnly ? try store.purgeExpired(now: now) : try store.removeAll()
  }

  /// Counts what the store holds, whoever can open it.
  public func statistics() throws(StoreError) -> StoreCount { try store.get().count() }

  private func server(
    of key: RecordKey, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> ServerIdentity? {
    guard let record = try store.read(key), var contents = ring.contents(of: record, identity: key.place.identity)
    else { return nil }
    contents.sessionData.wipe()
    return ServerIdentity(name: contents.serverName, port: contents.port)
  }

  /// A digest can't be read backwards: the server's note knows the name, and so does each record.
  private func belongs(
    _ digest: Digest, to name: String, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> Bool {
    if let note = try note(server: digest, identity: nil, keys: ring.all).flatMap(ServerNote.init) {
      return note.server.name == name
    }
    for summary in try store.select(server: digest) {
      if let server = try server(of: summary.key, store, ring) { return server.name == name }
    }
    return false
  }
}
