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
    case claimsWhatItShows
    case givesWhatHasGone
    case ignoresTheLimit
    case keepsForARemovedServer
    case comparesOnlyBefore
    case changesGenerationAlways
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

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    let key = RecordKey(place: place, id: record.header.id)
    let generation = fault == .keepsForARemovedServer ? nil : generation
    switch fault {
    case .acceptsExistingIDs:
      _ = try base.remove(key, because: .replaced)
    case .keepsSessionBesideTicket:
      let session = try base.select(server: place.server).first { $0.key.place == place && $0.kind == .session }
      guard record.header.kind == .ticket, let session, let old = try base.read(session.key) else { break }
      try base.insert(record, at: place, generation: generation, now: now)
      return try base.insert(old, at: place, now: session.inserted)
    case .comparesOnlyBefore:
      guard let generation else { break }
      // Compares, lets others come in between, and keeps.
      guard try base.generation() == generation else { throw StoreError(.superseded, "", place: "") }
      for _ in 0..<100 { sched_yield() }
      return try base.insert(record, at: place, now: now)
    default: break
    }
    try base.insert(record, at: place, generation: generation, now: now)
    kept.withLock { $0[key] = record }
  }

  func generation() throws(StoreError) -> StoreGeneration {
    if fault == .changesGenerationAlways {
      _ = try base.removeAll(server: RecordFactory.digest(999), because: .explicit)
    }
    return try base.generation()
  }

  func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    switch fault {
    case .ignoresExpiry:
      return try base.candidates(at: place, now: WallTime(nanoseconds: 0), limit: limit)
    case .mixesServers:
      var other: RecordSummary?
      try base.forEachRecord { summary in
        if summary.key.place.identity == place.identity { other = summary }
        return other == nil
      }
      return try base.candidates(at: other?.key.place ?? place, now: now, limit: limit)
    case .forgetsSessions:
      _ = try base.removeSession(at: place, because: .evicted)
    case .ignoresTheLimit:
      return try base.candidates(at: place, now: now, limit: .max)
    case .claimsWhatItShows:
      let found = try base.candidates(at: place, now: now, limit: limit)
      for candidate in found.records where candidate.record.header.kind == .ticket {
        _ = try base.remove(candidate.key, because: .taken)
      }
      return found
    default: break
    }
    var found = try base.candidates(at: place, now: now, limit: fault == .givesOldestFirst ? .max : limit)
    switch fault {
    case .givesOldestFirst: found.records = Array(found.records.reversed().prefix(limit))
    case .changesBytes: found.records = found.records.map { Self.changed($0) }
    case .hidesOtherIdentities: found.miss.otherIdentities = false
    case .doesNotCountExpired: found.miss.expired = 0
    default: break
    }
    return found
  }

  private static func changed(_ candidate: Candidate) -> Candidate {
    guard let record = SealedRecord(candidate.record.bytes.dropLast() + [0]) else { return candidate }
    return Candidate(record, at: candidate.key.place, inserted: candidate.inserted)
  }

  func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let (key, record) = (candidate.key, candidate.record)
    switch fault {
    case .givesWhatHasGone, .claimsWhatItShows:
      _ = try base.claim(candidate, now: now)
      return ClaimedRecord(claiming: record, from: key.place)
    case .givesTicketsTwice where kept.withLock({ $0.removeValue(forKey: key) }) != nil,
      .changesBytes:
      return ClaimedRecord(claiming: record, from: key.place)
    case .ignoresExpiry:
      return try base.claim(candidate, now: WallTime(nanoseconds: 0))
    case .losesTheClaimRace:
      // Looks, waits until another has looked too, and only then removes.
      guard try base.read(key) != nil else { return nil }
      lookers.withLock { $0[key, default: 0] += 1 }
      for _ in 0..<10_000 where lookers.withLock({ $0[key, default: 0] }) < 2 { sched_yield() }
      _ = try base.remove(key, because: .taken)
      return ClaimedRecord(claiming: record, from: key.place)
    case .givesSessionsOnce:
      let claimed = try base.claim(candidate, now: now)
      _ = try base.removeSession(at: key.place, because: .taken)
      return claimed
    default:
      return try base.claim(candidate, now: now)
    }
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
