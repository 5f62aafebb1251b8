public import SessionTickets

extension RedisSessionTickets {
  public func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
    let deadline = deadline(.claim)
    let most = min(max(limit, 0), shards.entries)
    let answer = try run(
      .show, on: place.server, [place.bytes, now.secondsText, Array(String(most).utf8)], until: deadline)
    guard let parts = answer.elements, parts.count >= 2, case .integer(let others) = parts[0],
      let ended = parts[1].elements
    else { throw unexpected() }
    var found = Candidates()
    found.miss.otherIdentities = others != 0
    for name in names(ended) {
      guard let key = name.key else { continue }
      found.miss.expired += 1
      notify(.removed(key, .expired))
    }
    for index in stride(from: 2, to: parts.count - 1, by: 2) where found.records.count < most {
      guard let bytes = parts[index].bytes, let name = RedisEntryName(bytes), name.place == place,
        let record = parts[index + 1].bytes
      else { throw unexpected() }
      if let record = name.record(record) {
        found.records.append(Candidate(record, at: place, inserted: name.inserted))
      } else {
        found.miss.damaged += 1
        try remove(RecordKey(place: place, id: name.id), because: .damaged, until: deadline)
      }
    }
    if found.records.isEmpty { notify(.lookedUp(place, nil)) }
    return found
  }

  public func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
    let key = candidate.key
    let header = candidate.record.header
    let deadline = deadline(.claim)
    guard !now.isPast(expiry: header.expiry) else {
      try remove(key, because: .expired, until: deadline)
      return nil
    }
    // Asked once: if the answer is lost, the ticket is lost with it.
    let isTicket = header.kind == .ticket
    guard try take(key, isTicket ? "taken" : "there", until: deadline) else { return nil }
    notify(.lookedUp(key.place, key.id))
    if isTicket { notify(.removed(key, .taken)) }
    return ClaimedRecord(claiming: candidate.record, from: key.place)
  }

  public func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    let answer = try run(.read, on: key.place.server, [key.place.bytes, key.id.bytes], until: deadline(.claim))
    guard let record = answer.bytes.flatMap({ SealedRecord($0) }), record.header.id == key.id else { return nil }
    return record
  }

  public func remove(_ key: RecordKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    try remove(key, because: reason, until: deadline(.keep))
  }

  @discardableResult
  private func remove(
    _ key: RecordKey, because reason: RemovalReason, until deadline: RedisDeadline
  ) throws(StoreError) -> Bool {
    guard try take(key, reason == .expired ? "expired" : "removed", until: deadline) else { return false }
    notify(.removed(key, reason))
    return true
  }

  /// - Returns: Whether it was there.
  private func take(
    _ key: RecordKey, _ reason: StaticString, until deadline: RedisDeadline
  ) throws(StoreError) -> Bool {
    let word = reason.withUTF8Buffer { unsafe Array($0) }
    switch try run(.take, on: key.place.server, [key.place.bytes, key.id.bytes, word], until: deadline) {
    case .integer(let count): return count != 0
    default: throw unexpected()
    }
  }
}

extension StoreKey {
  var bytes: [UInt8] { server.bytes + identity.bytes }
}

extension WallTime {
  var secondsText: [UInt8] { Array(String(seconds).utf8) }
}
