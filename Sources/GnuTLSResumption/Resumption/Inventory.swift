public import SessionTickets

/// What a store holds for one server, by one program, of connections that are set up in one way.
public struct ServerInventory: Hashable, Sendable {
  public let server: ServerIdentity
  /// The path of the program that has kept it; nil if the kernel didn't tell.
  public let keptBy: String?
  /// What sets its connections apart; nil where that is too long to be kept.
  package let identity: KeptIdentity?
  /// TLS 1.3 tickets that may still be used.
  public var tickets = 0
  /// TLS 1.2 sessions that may still be used.
  public var sessions = 0
  /// When the newest of them was stored.
  public var newest = WallTime(nanoseconds: 0)
  /// When the last of them expires, in seconds since 1970.
  public var expiry: Int64 = 0
}

/// What is in a store that can still be used, and what can't be opened.
package struct Inventory: Sendable {
  package var servers: [ServerInventory] = []
  /// Live records of this machine's store under a key that isn't there any more: a lost key is an empty store.
  package var unopened = 0
}

/// Looking after the store: what is in it, and what shall leave it.
extension Resumption {
  /// What can still be used, by server, program and set-up, in the order of names, ports and programs. Records under
  /// unknown keys are left out.
  public func inventory() throws(StoreError) -> [ServerInventory] { try wholeInventory().servers }

  /// The same, with what can't be opened.
  package func wholeInventory() throws(StoreError) -> Inventory {
    var found: [Holder: ServerInventory] = [:]
    var unopened = 0
    for keeping in keepings { try add(inventoryOf: keeping, to: &found, unopened: &unopened) }
    let servers = found.values.sorted { left, right in
      let (leftProgram, rightProgram) = (left.keptBy ?? "", right.keptBy ?? "")
      if (left.server.name, left.server.port, leftProgram) != (right.server.name, right.server.port, rightProgram) {
        return (left.server.name, left.server.port, leftProgram) < (right.server.name, right.server.port, rightProgram)
      }
      return left.newest > right.newest
    }
    return Inventory(servers: servers, unopened: unopened)
  }

  /// All stores.
  private var keepings: [TicketKeeping] { shared.map { [local, $0] } ?? [local] }

  private func add(
    inventoryOf keeping: TicketKeeping, to found: inout [Holder: ServerInventory], unopened: inout Int
  ) throws(StoreError) {
    let ring = try keeping.keyRing(create: false, now: now)
    let store = try keeping.store.get()
    let now = now.seconds
    var live: [RecordSummary] = []
    try store.forEachRecord { summary in
      if summary.expiry > now { live.append(summary) }
      return true
    }
    guard let ring else {
      if !keeping.isShared { unopened += live.count }
      return
    }
    var holders: [StoreKey: Found] = [:]
    for summary in live {
      let place = summary.key.place
      let known = if let known = holders[place] { known } else { try holder(of: summary.key, store, ring) }
      holders[place] = known
      guard case .holder(let holder) = known else {
        // Of a shared store they may be others'.
        if case .underLostKey = known, !keeping.isShared { unopened += 1 }
        continue
      }
      var entry =
        found[holder]
        ?? ServerInventory(server: holder.server, keptBy: holder.program, identity: holder.identity)
      switch summary.kind {
      case .ticket: entry.tickets += 1
      case .session: entry.sessions += 1
      }
      entry.newest = max(entry.newest, summary.inserted)
      entry.expiry = max(entry.expiry, summary.expiry)
      found[holder] = entry
    }
  }

  /// Removes all that is kept of a server, by TLS and DTLS: tickets, sessions, notes; also what comes on connections that are
  /// open now.
  ///
  /// What programs have kept without knowing their port, or any name, goes too: it may be this server's.
  /// - Parameters:
  ///   - name: The server name as it was asked for, or in another spelling of the same.
  ///   - port: Nil for every port.
  /// - Returns: How many tickets and sessions.
  @discardableResult
  public func forget(name: String, port: UInt16?) throws(StoreError) -> Int {
    var removed = 0
    for keeping in keepings { removed += try forget(name: name, port: port, in: keeping) }
    return removed
  }

  private func forget(name: String, port: UInt16?, in keeping: TicketKeeping) throws(StoreError) -> Int {
    let store = try keeping.store.get()
    guard let ring = try keeping.keyRing(create: false, now: now) else {
      // Nothing that opens is there; but what is on its way now must not be kept later.
      return try store.removeAll(server: .zero, because: .explicit)
    }
    let server = ServerIdentity(name: name, port: port ?? 0)
    var removed = 0
    for key in ring.all {
      var servers = [server, ServerIdentity(name: server.name, port: 0), ServerIdentity(name: "", port: 0)]
      if let port { servers.append(ServerIdentity(name: "", port: port)) }
      for var server in servers {
        removed += try store.removeAll(server: IdentityDigests.server(server, key: key), because: .explicit)
        server.isDatagram = true
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
    var removed = 0
    for keeping in keepings {
      let store = try keeping.store.get()
      removed += expiredOnly ? try store.purgeExpired(now: now) : try store.removeAll()
    }
    return removed
  }

  /// Counts what the store holds, whoever can open it.
  public func statistics() throws(StoreError) -> StoreCount {
    let (local, shared) = try counts()
    guard let shared else { return local }
    var sum = local
    sum.tickets += shared.tickets
    sum.sessions += shared.sessions
    sum.notes += shared.notes
    sum.bytes += shared.bytes
    return sum
  }

  /// The same, for each store; nil where nothing is shared.
  package func counts() throws(StoreError) -> (local: StoreCount, shared: StoreCount?) {
    let local = try local.store.get().count()
    guard let shared else { return (local, nil) }
    return (local, try shared.store.get().count())
  }

  /// Whose a record is.
  private struct Holder: Hashable {
    let server: ServerIdentity
    let program: String?
    let identity: KeptIdentity?
  }

  /// What a look at a record has found.
  private enum Found {
    case holder(Holder)
    case underLostKey
    /// Damaged, or gone meanwhile.
    case nothing
  }

  private func holder(of key: RecordKey, _ store: any TicketStore, _ ring: KeyRing) throws(StoreError) -> Found {
    guard let record = try store.read(key) else { return .nothing }
    guard ring.holds(record.header.masterKeyID) else { return .underLostKey }
    guard var contents = ring.contents(of: record, identity: key.place.identity) else { return .nothing }
    contents.sessionData.wipe()
    var server = ServerIdentity(name: contents.serverName, port: contents.port)
    server.isDatagram = SessionHandle.isDatagram(contents.protocolVersion)
    return .holder(
      Holder(
        server: server,
        program: contents.program.isEmpty ? nil : contents.program,
        identity: IdentityFields(contents.identityFields).map { KeptIdentity($0) }))
  }

  private func note(of server: Digest, _ store: any TicketStore, _ ring: KeyRing) throws(StoreError) -> [UInt8]? {
    guard let sealed = try store.note(server: server, identity: nil) else { return nil }
    for key in ring.all {
      if let contents = NoteSeal.open(sealed, server: server, identity: nil, key: key) { return contents }
    }
    return nil
  }

  /// A digest can't be read backwards: the server's note knows the name, and so does each record.
  private func belongs(
    _ digest: Digest, to name: String, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> Bool {
    if let note = try note(of: digest, store, ring).flatMap(ServerNote.init) {
      return note.server.name == name || note.server.name.isEmpty
    }
    for summary in try store.select(server: digest) {
      if case .holder(let holder) = try holder(of: summary.key, store, ring) {
        return holder.server.name == name || holder.server.name.isEmpty
      }
    }
    return false
  }
}
