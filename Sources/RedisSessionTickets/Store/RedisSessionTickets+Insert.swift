public import SessionTickets

extension RedisSessionTickets {
  /// An entry lives no longer than that, in seconds: tickets and sessions seven days (RFC 8446, section 4.6.1).
  static let longestLife: Int64 = 31 * 86_400
  /// Nor its shard shorter: clocks differ, and what has just ended may be asked for.
  private static let shortestLife: Int64 = 3_600

  public func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    let deadline = deadline(.keep)
    let entry = Entry(record, at: place, now: now)
    guard let generation else {
      return try settle(insert(entry, keys: [shards.key(of: place.server)], deadline), record, place)
    }
    if !mayBeCluster {
      let keys = [shards.key(of: place.server), shards.generationKey]
      if let answer = try insert(entry, generation, keys: keys, deadline) { return try settle(answer, record, place) }
    }
    // The generation may be on another server: compared before and afterwards. What has begun another meanwhile has marked
    // the shard, or finds the record there.
    try require(generation, until: deadline)
    try settle(insert(entry, generation, keys: [shards.key(of: place.server)], deadline), record, place)
    var isTakenBack = false
    do throws(StoreError) {
      do throws(StoreError) {
        try require(generation, until: deadline)
      } catch {
        guard error.code == .superseded else { throw error }
        isTakenBack = try remove(RecordKey(place: place, id: record.header.id), because: .explicit)
        throw error
      }
    } catch {
      // Else it is there, was removed with the others, or is in somebody's hands.
      throw isTakenBack ? error : error.leavingDoubt
    }
  }

  public func replace(_ key: RecordKey, by record: SealedRecord, now: WallTime) throws(StoreError) -> Bool {
    var entry = Entry(record, at: key.place, now: now)
    entry.replaced = key.id.bytes
    let answer = try insert(entry, keys: [shards.key(of: key.place.server)], deadline(.keep))
    if answer.status == Self.gone { return false }
    try settle(answer, record, key.place)
    return true
  }

  public func note(server: Digest, identity: Digest?) throws(StoreError) -> [UInt8]? {
    let place = StoreKey(server: server, identity: identity ?? .zero)
    guard let note = try run(.read, on: server, [place.bytes, []], until: deadline(.claim)).bytes else { return nil }
    return note.count <= NoteLimits.maximumByteCount ? note : nil
  }

  public func setNote(
    _ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime
  ) throws(StoreError) {
    try requireOpen()
    let place = StoreKey(server: server, identity: identity ?? .zero)
    let deadline = deadline(.keep)
    guard let note else {
      _ = try run(.sweep, on: server, [Array("note".utf8), place.bytes, []], until: deadline)
      return
    }
    guard note.count <= NoteLimits.maximumByteCount else {
      throw StoreError(
        .tooLarge, "a note has at most \(NoteLimits.maximumByteCount) bytes", place: self.place, leavesNothing: true)
    }
    let answer = try insert(Entry(note: note, at: place, now: now), keys: [shards.key(of: server)], deadline)
    tell(answer)
  }

  // MARK: The script

  private static var gone: [UInt8] { Array("gone".utf8) }

  /// What goes in.
  private struct Entry {
    let kind: RedisEntryName.Kind
    let place: StoreKey
    let inserted: WallTime
    let expiry: Int64
    let id: [UInt8]
    let bytes: [UInt8]
    let life: Int64
    var replaced: [UInt8] = []

    init(_ record: SealedRecord, at place: StoreKey, now: WallTime) {
      kind = RedisEntryName.Kind(record.header.kind)
      self.place = place
      inserted = now
      expiry = record.header.expiry
      id = record.header.id.bytes
      bytes = record.bytes
      // By how long it lives on, not by when it ends: the server's clock may be another.
      let left = expiry.subtractingReportingOverflow(now.seconds)
      life = left.overflow ? longestLife : min(max(left.partialValue, shortestLife), longestLife)
    }

    init(note: [UInt8], at place: StoreKey, now: WallTime) {
      kind = .note
      self.place = place
      inserted = now
      expiry = .max
      id = [UInt8](repeating: 0, count: RecordID.byteCount)
      bytes = note
      life = longestLife
    }
  }

  private struct Inserted {
    let status: [UInt8]
    /// Why, and what has left for it.
    let leaving: [(reason: [UInt8], name: RedisEntryName)]
  }

  private func insert(
    _ entry: Entry, keys: [[UInt8]], _ deadline: RedisDeadline
  ) throws(StoreError) -> Inserted {
    guard let answer = try insert(entry, nil, keys: keys, deadline) else { throw unexpected() }
    return answer
  }

  /// - Returns: Nil if the keys lie on different servers.
  private func insert(
    _ entry: Entry, _ generation: StoreGeneration?, keys: [[UInt8]], _ deadline: RedisDeadline
  ) throws(StoreError) -> Inserted? {
    var time: [UInt8] = []
    var expiry: [UInt8] = []
    time.append(bigEndian: entry.inserted.nanoseconds)
    expiry.append(bigEndian: entry.expiry)
    func number(_ value: Int) -> [UInt8] { Array(String(value).utf8) }
    let arguments = [
      [entry.kind.rawValue], entry.place.bytes, time, expiry, entry.id, entry.bytes,
      number(shards.recordsPerIdentity), number(shards.entries), number(shards.bytes), number(Int(entry.life)),
      generation.map { RedisGeneration($0).text } ?? [], entry.replaced,
    ]
    guard let answer = try runOnKeys(.insert, keys, arguments, until: deadline) else { return nil }
    guard let parts = answer.elements, let status = parts.first?.bytes else { throw unexpected() }
    var leaving: [(reason: [UInt8], name: RedisEntryName)] = []
    for index in stride(from: 1, to: parts.count - 1, by: 2) {
      if let reason = parts[index].bytes, let name = parts[index + 1].bytes.flatMap({ RedisEntryName($0) }) {
        leaving.append((reason, name))
      }
    }
    return Inserted(status: status, leaving: leaving)
  }

  /// Tells what has happened, or throws what kept it from happening.
  private func settle(_ answer: Inserted?, _ record: SealedRecord, _ place: StoreKey) throws(StoreError) {
    guard let answer else { throw unexpected() }
    switch String(decoding: answer.status, as: UTF8.self) {
    case "inserted":
      tell(answer)
      notify(.inserted(RecordKey(place: place, id: record.header.id)))
    case "exists":
      throw StoreError(.idExists, "a record with this id is already there", place: self.place, leavesNothing: true)
    case "superseded": throw superseded()
    default: throw unexpected()
    }
  }

  private func tell(_ answer: Inserted) {
    for (reason, name) in answer.leaving {
      guard let key = name.key else { continue }
      notify(.removed(key, reason == Array("evicted".utf8) ? .evicted : .replaced))
    }
  }
}
