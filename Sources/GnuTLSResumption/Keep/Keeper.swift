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
    let room = context.room.map { max($0 - context.capture.stored, 0) } ?? .max
    let count = min(room, batch.count)
    for _ in count..<batch.count { context.capture.refuse(.roomForOthers) }
    for keeping in setup.keepings.reversed() {
      // What a program has taken stays on this machine, where marks tell who has used it.
      let indices = batch.indices.prefix(count).filter {
        setup.keepings.count == 1 || isTaken(batch[$0]) != keeping.isShared
      }
      stored += keep(indices.map { batch[$0] }, in: keeping)
    }
    context.capture.finishBatch(stored: stored)
  }

  private func isTaken(_ ticket: CapturedTicket) -> Bool {
    guard let packed = ticket.packed, let shared = setup.engine.sharedTickets else { return false }
    return shared.isTaken(packed)
  }

  /// - Returns: How many are stored.
  private func keep(_ batch: [CapturedTicket], in keeping: TicketKeeping) -> Int {
    guard !batch.isEmpty else { return 0 }
    guard let generation = keeping.isShared ? context.sharedGeneration : context.localGeneration else {
      for _ in batch { context.capture.refuse(.removalsUnknown) }
      return 0
    }
    guard let origin = trusted.origin else {
      for _ in batch { context.capture.refuse(.unknownOrigin) }
      return 0
    }
    var stored = 0
    context.recordingTrouble { () throws(StoreError) in
      guard let ring = try keeping.keyRing(create: true, now: setup.engine.now) else { return }
      let place = Place(
        key: try setup.place(under: ring.newest), masterKey: ring.newest, keeping: keeping, generation: generation)
      var facts = context.facts(trusted, origin)
      if keeping.isShared { facts.share(by: setup) }
      if batch.contains(where: { $0.earlyDataLimit > 0 }) { facts.noteMarks(by: setup) }
      for ticket in batch where try keep(ticket, facts, at: place) { stored += 1 }
    }
    return stored
  }

  /// Where tickets are put.
  private struct Place {
    let key: StoreKey
    let masterKey: MasterKey
    let keeping: TicketKeeping
    let generation: StoreGeneration
  }

  /// - Returns: Whether it is stored.
  private func keep(
    _ ticket: CapturedTicket, _ facts: SessionFacts, at place: Place
  ) throws(StoreError) -> Bool {
    let expiry = Lifetime.expiry(
      issued: ticket.issued, lifetime: ticket.lifetime, fullHandshake: facts.origin.time)
    guard expiry > ticket.issued else { return refuse(.fullHandshakeTooOld) }
    guard setup.engine.mayStore(setup.identity.server, ticket) else { return refuse(.refusedByCaller) }
    let isShared = place.keeping.isShared
    let shared = ticket.packed == nil ? nil : setup.engine.sharedTickets
    if let shared, let packed = ticket.packed, !shared.mayStore(packed, isShared: isShared) { return refuse(.ceded) }
    let contents = facts.contents(of: ticket)
    let recordKey: RecordKey?
    do throws(StoreError) {
      recordKey = try insert(at: place) { () throws(StoreError) in
        try contents.sealed(as: ticket.kind, expiry: expiry, at: place.key, under: place.masterKey)
      }
    } catch {
      let isCertain = error.leavesNothing || error.code == .tooLarge || error.code == .idExists
      if let packed = ticket.packed { shared?.isNotStored(packed, isCertain: isCertain, isShared: isShared) }
      switch error.code {
      case .tooLarge: return refuse(.tooLarge)
      case .superseded: return refuse(.removedMeanwhile)
      default: throw error
      }
    }
    guard let recordKey else { return false }
    if let packed = ticket.packed { shared?.isStored(packed, as: recordKey, isShared: isShared) }
    return true
  }

  /// Inserts what the closure seals, again under another id while the id is somebody else's: not if the store has the record
  /// after all, for under two ids the ticket would be used twice.
  /// - Returns: The record's key; nil in a process that was forked meanwhile.
  private func insert(
    at place: Place, sealing: () throws(StoreError) -> SealedRecord
  ) throws(StoreError) -> RecordKey? {
    let store = try context.store(of: place.keeping)
    for attempt in 1...Self.mostAttempts {
      let record = try sealing()
      let recordKey = RecordKey(place: place.key, id: record.header.id)
      let now = setup.engine.now
      // The caller's closures may have forked meanwhile: it is the parent who keeps the ticket.
      guard context.capture.isOfThisProcess else { return nil }
      do throws(StoreError) {
        try store.asking { (store) throws(StoreError) in
          try store.insert(record, at: place.key, generation: place.generation, now: now)
        }
      } catch {
        guard error.code == .idExists else { throw error }
        let known: SealedRecord?
        do throws(StoreError) {
          known = try store.read(recordKey)
        } catch {
          throw error.leavingDoubt
        }
        if known != record {
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
