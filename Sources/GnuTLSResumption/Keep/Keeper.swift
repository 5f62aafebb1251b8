internal import SessionTickets

/// Seals tickets that came and puts them into the store: only with a handshake that is trusted.
struct Keeper {
  /// How often a ticket is sealed under another id, if the id is taken.
  private static let mostAttempts = 3

  private let context: SessionContext
  private let setup: ClientSetup
  private let trusted: TrustedHandshake

  init(_ context: SessionContext, _ trusted: TrustedHandshake) {
    self.context = context
    setup = context.setup
    self.trusted = trusted
  }

  /// Keeps a batch, in the order in which it came, and overwrites it.
  func keep(_ batch: inout [CapturedTicket]) {
    defer { for index in batch.indices { batch[index].sessionData.wipe() } }
    var stored = 0
    if context.generation == nil {
      for _ in batch { context.capture.refuse(.removalsUnknown) }
    } else if let origin = trusted.origin {
      context.recordingTrouble { () throws(StoreError) in
        guard let ring = try setup.engine.keyRing(create: true) else { return }
        let place = try setup.place(under: ring.newest)
        let facts = SessionFacts(setup, trusted, origin)
        for index in batch.indices {
          if try keep(batch[index], facts, at: place, under: ring.newest) { stored += 1 }
        }
      }
    } else {
      for _ in batch { context.capture.refuse(.unknownOrigin) }
    }
    context.capture.finishBatch(stored: stored)
  }

  /// - Returns: Whether it is stored.
  private func keep(
    _ ticket: CapturedTicket, _ facts: SessionFacts, at place: StoreKey, under key: MasterKey
  ) throws(StoreError) -> Bool {
    let expiry = Lifetime.expiry(
      issued: ticket.issued, lifetime: ticket.lifetime, fullHandshake: facts.origin.time)
    guard expiry > ticket.issued else { return refuse(.fullHandshakeTooOld) }
    guard setup.engine.mayStore(setup.identity.server, ticket) else { return refuse(.refusedByCaller) }
    let shared = ticket.packed == nil ? nil : setup.engine.sharedTickets
    if let shared, let packed = ticket.packed, !shared.mayStore(packed) { return refuse(.ceded) }
    let contents = facts.contents(of: ticket)
    let recordKey: RecordKey?
    do throws(StoreError) {
      recordKey = try insert(at: place) { () throws(StoreError) in
        try contents.sealed(as: ticket.kind, expiry: expiry, at: place, under: key)
      }
    } catch {
      let isCertain = error.leavesNothing || error.code == .tooLarge || error.code == .idExists
      if let packed = ticket.packed { shared?.isNotStored(packed, isCertain: isCertain) }
      switch error.code {
      case .tooLarge: return refuse(.tooLarge)
      case .superseded: return refuse(.removedMeanwhile)
      default: throw error
      }
    }
    guard let recordKey else { return false }
    if let packed = ticket.packed { shared?.isStored(packed, as: recordKey) }
    return true
  }

  /// Inserts what the closure seals, again under another id while the id is somebody else's: not if the store has the record
  /// after all, for under two ids the ticket would be used twice.
  /// - Returns: The record's key; nil in a process that was forked meanwhile.
  private func insert(
    at place: StoreKey, sealing: () throws(StoreError) -> SealedRecord
  ) throws(StoreError) -> RecordKey? {
    let store = try setup.engine.store.get()
    for attempt in 1...Self.mostAttempts {
      let record = try sealing()
      let recordKey = RecordKey(place: place, id: record.header.id)
      let now = setup.engine.now
      // The caller's closures may have forked meanwhile: it is the parent who keeps the ticket.
      guard context.capture.isOfThisProcess else { return nil }
      do throws(StoreError) {
        try store.insert(record, at: place, generation: context.generation, now: now)
      } catch {
        guard error.code == .idExists else { throw error }
        if try store.read(recordKey) != record {
          guard attempt < Self.mostAttempts else { throw error }
          continue
        }
      }
      return recordKey
    }
    return nil
  }

  private func refuse(_ reason: NotStoredReason) -> Bool {
    context.capture.refuse(reason)
    return false
  }
}

extension TicketContents {
  /// Seals the contents under an id of their own.
  func sealed(
    as kind: RecordKind, expiry: Int64, at place: StoreKey, under key: MasterKey
  ) throws(StoreError) -> SealedRecord {
    var bytes = bytes
    defer { bytes.wipe() }
    let record: SealedRecord?
    do {
      record = try RecordSeal.seal(bytes, kind: kind, expiry: expiry, identity: place.identity, key: key)
    } catch {
      throw StoreError(.unavailable, "a ticket can't be sealed: \(error)", place: "")
    }
    guard let record else { throw StoreError(.tooLarge, "a ticket is too large", place: "") }
    return record
  }
}
