public import SessionTickets

/// What a store holds for one server, by one program.
public struct ServerInventory: Hashable, Sendable {
  public let server: ServerIdentity
  /// The path of the program that has kept it; nil if the kernel didn't tell.
  public let keptBy: String?
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
  /// What can still be used, by server and program, in the order of names, ports and programs. Records under unknown keys
  /// are left out.
  public func inventory() throws(StoreError) -> [ServerInventory] {
    guard let ring = try keyRing(create: false) else { return [] }
    let store = try store.get()
    let now = now.seconds
    var live: [RecordSummary] = []
    try store.forEachRecord { summary in
      if summary.expiry > now { live.append(summary) }
      return true
    }
    var holders: [StoreKey: Holder] = [:]
    var found: [Holder: ServerInventory] = [:]
    for summary in live {
      let place = summary.key.place
      if holders[place] == nil { holders[place] = try holder(of: summary.key, store, ring) }
      guard let holder = holders[place] else { continue }
      var entry = found[holder] ?? ServerInventory(server: holder.server, keptBy: holder.program)
      switch summary.kind {
      case .ticket: entry.tickets += 1
      case .session: entry.sessions += 1
      }
      entry.newest = max(entry.newest, summary.inserted)
      entry.expiry = max(entry.expiry, summary.expiry)
      found[holder] = entry
    }
    return found.values.sorted {
      ($0.server.name, $0.server.port, $0.keptBy ?? "") < ($1.server.name, $1.server.port, $1.keptBy ?? "")
    }
  }

  /// Removes all that is kept of a server: tickets, sessions, notes; also what comes on connections that are open now.
  ///
  /// What programs have kept without knowing their port, or any name, goes too: it may be this server's.
  /// - Parameters:
  ///   - name: The server name as it was asked for, or in another spelling of the same.
  ///   - port: Nil for every port.
  /// - Returns: How many tickets and sessions.
  @discardableResult
  public func forget(name: String, port: UInt16?) throws(StoreError) -> Int {
    let store = try store.get()
    guard let ring = try keyRing(create: false) else {
      // Nothing that opens is there; but what is on its way now must not be kept later.
      return try store.removeAll(server: .zero, because: .explicit)
    }
    let server = ServerIdentity(name: name, port: port ?? 0)
    var removed = 0
    for key in ring.all {
      var servers = [server, ServerIdentity(name: server.name, port: 0), ServerIdentity(name: "", port: 0)]
      if let port { servers.append(ServerIdentity(name: "", port: port)) }
      for server in servers {
        removed += try store.removeAll(server: IdentityDigests.server(server, key: key), because: .explicit)
      }
    }
    guard port == nil else { return removed }
    for digest in try store.servers() where try belongs(digest, to: server.name, store, ring) {
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

  /// Whose a record is.
  private struct Holder: Hashable {
    let server: ServerIdentity
    let program: String?
  }

  private func holder(
    of key: RecordKey, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> Holder? {
    guard let record = try store.read(key), var contents = ring.contents(of: record, identity: key.place.identity)
    else { return nil }
    contents.sessionData.wipe()
    return Holder(
      server: ServerIdentity(name: contents.serverName, port: contents.port),
      program: contents.program.isEmpty ? nil : contents.program)
  }

  /// A digest can't be read backwards: the server's note knows the name, and so does each record.
  private func belongs(
    _ digest: Digest, to name: String, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> Bool {
    if let note = try note(server: digest, identity: nil, keys: ring.all).flatMap(ServerNote.init) {
      return note.server.name == name || note.server.name.isEmpty
    }
    for summary in try store.select(server: digest) {
      if let server = try holder(of: summary.key, store, ring)?.server {
        return server.name == name || server.name.isEmpty
      }
    }
    return false
  }
}
