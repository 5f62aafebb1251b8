public import SessionTickets
internal import SessionTicketsLocking

/// Keeps the TLS 1.2 sessions of clients that have no tickets, by session id, where all servers of a store find them:
/// GnuTLS's session database (`gnutls_db_set_retrieve_function` and its kin).
///
/// What is kept is sealed under the master key, bound to the ``HostContext`` that the client's host had, and expires after
/// ``ServerOptions/lifetime``. It is handed to ``ServerTickets``, which finds the context. TLS 1.3 has tickets only.
///
/// A store of its own is best: where sessions come and go by the thousand, the keys of tickets would be pushed out.
public final class ServerSessions: Sendable {
  private let keeping: TicketKeeping
  private let options: ServerOptions
  private let rest = Lock<Deadline?>(nil)

  /// - Parameters:
  ///   - store: Of role server.
  ///   - masterKey: Under which the sessions are sealed: the same on all servers that share the store.
  ///   - options: Lifetime, patience, observer.
  public init(store: any TicketStore, masterKey: MasterKeySource, options: ServerOptions = .init()) {
    keeping = TicketKeeping(.place(store), masterKey)
    self.options = options
  }

  /// How long handshakes leave the store alone after trouble, in milliseconds.
  private static let restLength: Double = 10_000

  private func tell(_ event: @autoclosure () -> ServerEvent) { options.observer?(event()) }
}

// MARK: For GnuTLS

extension ServerSessions {
  /// Within a handshake: nothing thrown, and nothing asked for while the store rests.
  private func inHandshake<Result>(
    _ body: (any TicketStore, KeyRing, WallTime) throws(StoreError) -> Result?
  ) -> Result? {
    guard rest.withLock({ $0?.hasPassed != false }) else { return nil }
    let limit = Deadline(milliseconds: options.patience)
    var result: Result?
    var isTroubled = false
    do throws(StoreError) {
      let now = options.clock()
      if let ring = try keeping.keyRing(create: true, now: now) {
        result = try body(keeping.store.get().within(milliseconds: Int(limit.pollTimeout)), ring, now)
      }
    } catch {
      isTroubled = true
      tell(.storeUnavailable(error))
    }
    if isTroubled || limit.hasPassed { rest.withLock { $0 = Deadline(milliseconds: Self.restLength) } }
    return result
  }

  /// - Parameter data: Secret; whoever has them wipes them.
  func store(id: [UInt8], data: [UInt8], context: HostContext) {
    guard (1...StoredSession.maximumIDByteCount).contains(id.count) else { return }
    let isStored = inHandshake { (store, ring, now) throws(StoreError) in
      let session = StoredSession(id: id, context: context, created: now, data: data)
      let key = ring.newest
      let place = try StoredSession.place(id: id, context: context.digest, key: key)
      let expiry = now.seconds.addingClamped(options.calendar.lifetime)
      guard let record = try session.seal(at: place, expiry: expiry, key: key) else { return false }
      try store.insert(record, at: place, now: now)
      return true
    }
    if isStored == true { tell(.sessionStored(id: id)) }
  }

  /// The session's data, for this context; whoever gets them wipes them.
  func data(id: [UInt8], context: HostContext) -> [UInt8]? {
    // Clients of TLS 1.3 never come here, and no client's id is longer.
    guard (1...StoredSession.maximumIDByteCount).contains(id.count) else { return nil }
    let found = inHandshake { (store, ring, now) throws(StoreError) in
      try find(id, context.digest, store, ring, now)
    }
    tell(.sessionLookedUp(id: id, found: found != nil))
    return found?.data
  }

  private func find(
    _ id: [UInt8], _ context: Digest, _ store: any TicketStore, _ ring: KeyRing, _ now: WallTime
  ) throws(StoreError) -> StoredSession? {
    for key in ring.all {
      let place = try StoredSession.place(id: id, context: context, key: key)
      let candidates = try store.candidates(at: place, now: now, limit: 1)
      if candidates.miss.expired > 0 { tell(.sessionRemoved(id: id, .expired)) }
      if candidates.miss.damaged > 0 { tell(.sessionRemoved(id: id, .damaged)) }
      guard let candidate = candidates.records.first else { continue }
      // A session stays; the store's observer is told that it was looked up.
      guard let record = try store.claim(candidate, now: now)?.record else { continue }
      if let session = StoredSession(opening: record, at: place, key: key) { return session }
      if try store.remove(candidate.key, because: .damaged) { tell(.sessionRemoved(id: id, .damaged)) }
    }
    return nil
  }

  func remove(id: [UInt8], context: HostContext) {
    _ = inHandshake { (store, ring, _) throws(StoreError) in
      try remove(id, context.digest, because: .fatalAlert, store, ring)
    }
  }

  private func remove(
    _ id: [UInt8], _ context: Digest, because reason: RemovalReason, _ store: any TicketStore, _ ring: KeyRing
  ) throws(StoreError) -> Bool {
    var removed = false
    for key in ring.all {
      let place = try StoredSession.place(id: id, context: context, key: key)
      if try store.removeSession(at: place, because: reason) { removed = true }
    }
    if removed { tell(.sessionRemoved(id: id, reason)) }
    return removed
  }
}

// MARK: For the application

/// What a server has stored of one TLS 1.2 session.
public struct ServerSessionSummary: Hashable, Sendable {
  public let id: [UInt8]
  /// When the full handshake was.
  public let created: WallTime
  /// When it is of no more use, in seconds since 1970.
  public let expiry: Int64
}

/// Looking after the sessions. These calls wait for the store as long as it takes, and throw what it throws.
extension ServerSessions {
  /// How many there are, the expired included.
  public func count() throws(StoreError) -> Int { try keeping.store.get().count().sessions }

  /// Combines the live sessions of a context into one value, in no particular order.
  public func fold<Value>(
    of context: HostContext, _ initial: Value, _ combine: (Value, ServerSessionSummary) -> Value
  ) throws(StoreError) -> Value {
    guard let ring = try keeping.keyRing(create: false, now: options.clock()) else { return initial }
    let (store, now) = (try keeping.store.get(), options.clock().seconds)
    var live: [RecordSummary] = []
    try store.forEachRecord { record in
      if record.kind == .session, record.expiry > now { live.append(record) }
      return true
    }
    var value = initial
    for summary in live {
      guard let record = try store.read(summary.key), var session = open(record, at: summary.key.place, ring) else {
        continue
      }
      session.wipe()
      guard session.context == context.digest else { continue }
      value = combine(
        value, ServerSessionSummary(id: session.id, created: session.created, expiry: summary.expiry))
    }
    return value
  }

  /// The live sessions of a context, the oldest first.
  public func select(_ context: HostContext) throws(StoreError) -> [ServerSessionSummary] {
    try fold(of: context, []) { $0 + [$1] }.sorted { $0.created < $1.created }
  }

  /// Removes a session. Returns whether there was one.
  @discardableResult
  public func remove(id: [UInt8], of context: HostContext) throws(StoreError) -> Bool {
    guard let ring = try keeping.keyRing(create: false, now: options.clock()) else { return false }
    return try remove(id, context.digest, because: .explicit, keeping.store.get(), ring)
  }

  /// Removes the sessions of a context, as when its policy has become stricter. Returns how many.
  @discardableResult
  public func removeAll(of context: HostContext) throws(StoreError) -> Int {
    var removed = 0
    for session in try select(context) where try remove(id: session.id, of: context) { removed += 1 }
    return removed
  }

  /// Removes what has expired. Returns how many. To be called now and then: clients seldom ask for what has.
  @discardableResult
  public func purgeExpired() throws(StoreError) -> Int { try keeping.store.get().purgeExpired(now: options.clock()) }

  /// Closes the store: handshakes go on without.
  public func close() {
    if let store = try? keeping.store.get() { store.close() }
  }

  private func open(_ record: SealedRecord, at place: StoreKey, _ ring: KeyRing) -> StoredSession? {
    for key in ring.all {
      if let session = StoredSession(opening: record, at: place, key: key) { return session }
    }
    return nil
  }
}
