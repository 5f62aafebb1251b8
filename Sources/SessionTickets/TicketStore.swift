/// A place where sealed records are kept between connections.
///
/// ## What an implementer must keep
/// - **Showing isn't giving.** ``candidates(at:now:limit:)`` shows what there is to as many callers as ask, and all of it
///   stays, but for what is of no use to anyone.
/// - **At most once.** ``claim(_:now:)`` gives a record of kind ``RecordKind/ticket`` to at most one caller, across
///   threads, processes and machines, even if the taker dies at once. What was given never comes back.
/// - **One winner.** Of any number of concurrent ``replace(_:by:now:)`` calls for one record, at most one returns true.
/// - **Removal is final.** What was to be kept before ``removeAll()`` or ``removeAll(server:because:)``, and comes with the
///   ``generation()`` of then, isn't there after both calls have returned, in whatever order they ran.
/// - **Immutable.** The bytes that come out are the bytes that went in.
/// - **Bounded.** At a bound the oldest records leave; the record just inserted stays.
/// - **Distrusted.** Callers authenticate what a store returns. A store may lose records; it may never invent them.
/// - **Prompt.** Calls may block, but not for long: a connection waits. A store never retries by itself.
///
/// Ids are unique within a ``StoreKey``. All methods may be called from any thread at any time. After ``close()``
/// every call throws ``StoreError/Code-swift.struct/closed``. Whoever writes a store runs the suite of
/// `SessionTicketsTesting` against it.
///
/// Of the methods ``replace(_:by:now:)``, ``removeSession(at:because:)``, ``purgeExpired(now:)`` and ``select(server:)``
/// there are defaults that are made of the others, as is the ``role`` of a client: slow where there are many records, as
/// they visit each.
public protocol TicketStore: AnyObject, Sendable {
  /// The side of TLS that this store was opened for.
  var role: StoreRole { get }

  /// Keeps a record, and evicts older ones at a bound.
  ///
  /// A ticket removes the identity's TLS 1.2 session; a session replaces it.
  ///
  /// `generation` is what ``generation()`` has said before the record's ticket came; nil: whatever it was. A store compares
  /// it before the record can be seen, and again when it can, and withdraws it then.
  /// - Throws: ``StoreError/Code-swift.struct/idExists`` if a record with this id is there: nothing has changed then;
  ///   ``StoreError/Code-swift.struct/superseded`` if the store has another generation now, or has got one meanwhile: the
  ///   record isn't there. Of what ``StoreError/leavesNothing`` isn't set for, nobody knows whether it is there, or was.
  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError)

  /// Tells the store's generation: another after every ``removeAll()`` and ``removeAll(server:because:)``, also where
  /// nothing was removed, and the same after everything else. It changes before the first record goes.
  func generation() throws(StoreError) -> StoreGeneration

  /// Shows the live records of an identity: tickets first, then the session; of each, the newest first.
  ///
  /// Nothing is claimed by it. Records found expired or unreadable on the way are removed and counted in the ``Miss``. No
  /// more are shown, nor read, than the limit says.
  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates

  /// Claims a record that was shown. A ticket is gone from the store when this returns; a session stays.
  /// - Returns: Nil if it isn't there any more, or has expired.
  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord?

  /// Reads a record for inspection, or returns nil. This is no claim: what it returns may be taken by another.
  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord?

  /// Replaces a record by another of the same identity, if it is still there.
  ///
  /// Whoever removes everything meanwhile removes the new one too.
  ///
  /// Where it isn't given, the old record is removed, and then the new one is inserted: between the two, others find
  /// neither; if the insertion fails, both are gone.
  /// - Returns: Whether this call replaced it. False means that it was taken, removed or replaced by another.
  /// - Throws: ``StoreError/Code-swift.struct/idExists`` if the new record's id is there: nothing has changed then;
  ///   ``StoreError/Code-swift.struct/tooLarge`` if a store doesn't keep so large a record, and
  ///   ``StoreError/Code-swift.struct/unavailable`` if it can't be read or written: the old record may be gone then, and
  ///   ``StoreError/leavesNothing`` says the same of the new one as after an insertion.
  func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool

  /// Removes a record. Returns whether this call did.
  @discardableResult
  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool

  /// Removes the TLS 1.2 session of an identity. Returns whether there was one.
  @discardableResult
  func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool

  /// Removes all records and notes of a server. Returns how many records.
  @discardableResult
  func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int

  /// Removes everything. Returns how many records.
  @discardableResult
  func removeAll() throws(StoreError) -> Int

  /// Removes the records that have expired. Returns how many.
  @discardableResult
  func purgeExpired(now: WallTime) throws(StoreError) -> Int

  /// Counts what is there, the expired included.
  func count() throws(StoreError) -> StoreCount

  /// The records of a server, oldest first, the expired included.
  func select(server: Digest) throws(StoreError) -> [RecordSummary]

  /// The servers that have records or notes, each once, in no particular order.
  func servers() throws(StoreError) -> [Digest]

  /// Visits every record, in no particular order, until the closure returns false.
  ///
  /// Records that come or go meanwhile may be visited or not. The closure may call the store.
  func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError)

  /// The note of a server (`identity` nil) or of one of its identities, or nil.
  ///
  /// A note is up to ``NoteLimits/maximumByteCount`` opaque bytes that are read again and again, and replaced.
  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]?

  /// Sets a note, replacing an older one; nil removes it. Notes count towards the bounds, and may be evicted.
  /// - Throws: ``StoreError/Code-swift.struct/tooLarge``.
  func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError)

  /// The same store, whose calls wait that many milliseconds for others in all, however many they are: what a connection
  /// has left for its tickets. A store that waits for nobody is itself.
  func within(milliseconds: Int) -> any TicketStore

  /// Closes the store. What it holds stays, as far as it outlives the process.
  func close()
}

/// The limits that every store keeps for notes.
public enum NoteLimits {
  /// The most that a note may have, in bytes.
  public static let maximumByteCount = 512
}

extension TicketStore {
  public func within(milliseconds: Int) -> any TicketStore { self }

  /// Keeps a record, whatever was removed before.
  public func insert(_ record: SealedRecord, at place: StoreKey, now: WallTime) throws(StoreError) {
    try insert(record, at: place, generation: nil, now: now)
  }

  /// Sets a note, unless everything of the store or of a server was removed since it had that generation.
  /// - Throws: ``StoreError/Code-swift.struct/superseded`` if something was, also meanwhile: the note isn't there.
  public func setNote(
    _ note: [UInt8], server: Digest, identity: Digest?, generation: StoreGeneration, now: WallTime
  ) throws(StoreError) {
    guard try self.generation() == generation else { throw .superseded(place: "") }
    try setNote(note, server: server, identity: identity, now: now)
    // Who has begun another generation meanwhile may have looked for notes before this one was there. If it is another's by
    // now, that is lost with it: notes only save time.
    guard try self.generation() == generation else {
      try setNote(nil, server: server, identity: identity, now: now)
      throw .superseded(place: "")
    }
  }

  /// Inserts a record that the closure seals, again under another id while the id is taken, three times at most.
  /// - Returns: The record that was inserted.
  @discardableResult
  public func insert(
    at place: StoreKey, generation: StoreGeneration? = nil, now: WallTime, attempts: Int = 3,
    sealing: () throws(StoreError) -> SealedRecord
  ) throws(StoreError) -> SealedRecord {
    var failed = 0
    while true {
      let record = try sealing()
      do {
        try insert(record, at: place, generation: generation, now: now)
        return record
      } catch {
        failed += 1
        guard error.code == .idExists, failed < attempts else { throw error }
      }
    }
  }

  /// Claims the newest live record of an identity, unseen: tickets first, then the session.
  ///
  /// Records found expired or unreadable on the way are removed and counted in the ``Miss``.
  public func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
    var miss = Miss()
    // Whoever loses a claim has lost it to somebody who goes on. Only a store that shows what it doesn't give ends this.
    for _ in 0..<1_000 {
      let found = try candidates(at: place, now: now, limit: 1)
      miss.otherIdentities = found.miss.otherIdentities
      miss.expired = miss.expired.addingReportingOverflow(found.miss.expired).partialValue
      miss.damaged = miss.damaged.addingReportingOverflow(found.miss.damaged).partialValue
      guard let candidate = found.records.first else { break }
      if let claimed = try claim(candidate, now: now) { return .claimed(claimed) }
    }
    return .miss(miss)
  }

  /// Combines all records into one value (Erlang's `foldl`).
  public func fold<Value>(_ initial: Value, _ combine: (Value, RecordSummary) -> Value) throws(StoreError) -> Value {
    var value = initial
    try forEachRecord { record in
      value = combine(value, record)
      return true
    }
    return value
  }
}
