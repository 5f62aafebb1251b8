import Glibc
import SessionTickets
import SessionTicketsLocking
import SessionTicketsTesting

/// A store with one fault, to prove that the suite for stores finds it.
final class FaultyStore: TicketStore {
  enum Fault: CaseIterable, Sendable {
    case givesTicketsTwice
    case losesTheClaimRace
    case forgetsSessions
    case givesSessionsOnce
    case letsEveryReplacementWin
    case acceptsExistingIDs
    case keepsSessionBesideTicket
    case ignoresExpiry
    case ignoresBounds
    case givesOldestFirst
    case changesBytes
    case mixesServers
    case sharesNotes
    case keepsNotesOfARemovedServer
    case hidesOtherIdentities
    case doesNotCountExpired
    case tellsNoLookUp
    case tellsWrongReasons
    case staysOpen
    case listsNewestFirst
    case visitsOnAndOn
    case purgesEverything
    case takesHugeNotes
  }

  let fault: Fault
  private let base: MemoryStore
  private let lookers = Lock<[RecordKey: Int]>([:])
  private let kept = Lock<[RecordKey: SealedRecord]>([:])

  init(_ fault: Fault, bounds: StoreBounds, observer: StoreObserver?) {
    self.fault = fault
    let generous = StoreBounds(recordsPerIdentity: 1_000, records: 100_000, bytes: 1 << 30)
    var altered = observer
    if let observer {
      altered = { event in
        switch (fault, event) {
        case (.tellsNoLookUp, .lookedUp): break
        case (.tellsWrongReasons, .removed(let key, _)): observer(.removed(key, .explicit))
        default: observer(event)
        }
      }
    }
    base = MemoryStore(bounds: fault == .ignoresBounds ? generous : bounds, observer: altered)
  }

  var role: StoreRole { base.role }

  func insert(_ record: SealedRecord, at place: StoreKey, now: WallTime) throws(StoreError) {
    let key = RecordKey(place: place, id: record.header.id)
    switch fault {
    case .acceptsExistingIDs:
      _ = try base.remove(key, because: .replaced)
    case .keepsSessionBesideTicket:
      let session = try base.select(server: place.server).first { $0.key.place == place && $0.kind == .session }
      guard record.header.kind == .ticket, let session, let old = try base.read(session.key) else { break }
      try base.insert(record, at: place, now: now)
      return try base.insert(old, at: place, now: session.inserted)
    default: break
    }
    try base.insert(record, at: place, now: now)
    kept.withLock { $0[key] = record }
  }

  func take(from place: StoreKey, now: WallTime) throws(StoreError) -> TakeResult {
    switch fault {
    case .givesTicketsTwice, .losesTheClaimRace, .givesOldestFirst, .changesBytes:
      let live = try base.select(server: place.server).filter { $0.key.place == place && !now.isPast($0.expiry) }
      let chosen = fault == .givesOldestFirst ? live.first : live.last
      guard let chosen, let record = try base.read(chosen.key) else { break }
      if fault == .losesTheClaimRace {
        // Looks, waits until another has looked too, and only then removes.
        lookers.withLock { $0[chosen.key, default: 0] += 1 }
        for _ in 0..<10_000 where lookers.withLock({ $0[chosen.key, default: 0] }) < 2 { sched_yield() }
      }
      if fault != .givesTicketsTwice || kept.withLock({ $0.removeValue(forKey: chosen.key) }) == nil {
        _ = try base.remove(chosen.key, because: .taken)
      }
      let changed = SealedRecord(record.bytes.dropLast() + [0])!
      return .claimed(ClaimedRecord(claiming: fault == .changesBytes ? changed : record, from: place))
    case .ignoresExpiry:
      return try base.take(from: place, now: WallTime(nanoseconds: 0))
    case .mixesServers:
      var other: RecordSummary?
      try base.forEachRecord { summary in
        if summary.key.place.identity == place.identity { other = summary }
        return other == nil
      }
      return try base.take(from: other?.key.place ?? place, now: now)
    case .forgetsSessions:
      _ = try base.removeSession(at: place, because: .evicted)
    case .givesSessionsOnce:
      let result = try base.take(from: place, now: now)
      _ = try base.removeSession(at: place, because: .taken)
      return result
    case .hidesOtherIdentities, .doesNotCountExpired:
      switch try base.take(from: place, now: now) {
      case .claimed(let claim): return .claimed(claim)
      case .miss(var miss):
        if fault == .hidesOtherIdentities { miss.otherIdentities = false } else { miss.expired = 0 }
        return .miss(miss)
      }
    default: break
    }
    return try base.take(from: place, now: now)
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? { try base.read(key) }

  func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    guard fault == .letsEveryReplacementWin else { return try base.replace(key, by: record, now: now) }
    _ = try base.remove(key, because: .replaced)
    try base.insert(record, at: key.place, now: now)
    return true
  }

  func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try base.remove(key, because: reason)
  }

  func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try base.removeSession(at: place, because: reason)
  }

  func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    let note = try base.note(server: server, identity: nil)
    let removed = try base.removeAll(server: server, because: reason)
    if fault == .keepsNotesOfARemovedServer {
      try base.setNote(note, server: server, identity: nil, now: WallTime(nanoseconds: 0))
    }
    return removed
  }

  func removeAll() throws(StoreError) -> Int { try base.removeAll() }

  func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    try base.purgeExpired(now: fault == .purgesEverything ? WallTime(nanoseconds: .max) : now)
  }

  func count() throws(StoreError) -> StoreCount { try base.count() }

  func select(server: Digest) throws(StoreError) -> [RecordSummary] {
    let list = try base.select(server: server)
    return fault == .listsNewestFirst ? list.reversed() : list
  }

  func servers() throws(StoreError) -> [Digest] { try base.servers() }

  func forEachRecord(_ visit: (RecordSummary) -> Bool) throws(StoreError) {
    try base.forEachRecord { visit($0) || fault == .visitsOnAndOn }
  }

  func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    try base.note(server: server, identity: fault == .sharesNotes ? nil : identity)
  }

  func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
    let kept = fault == .takesHugeNotes ? note.map { Array($0.prefix(NoteLimits.maximumByteCount)) } : note
    try base.setNote(kept, server: server, identity: fault == .sharesNotes ? nil : identity, now: now)
  }

  func close() {
    if fault != .staysOpen { base.close() }
  }
}

extension WallTime {
  fileprivate func isPast(_ expiry: Int64) -> Bool { seconds >= expiry }
}
