public import SessionTickets

extension RedisSessionTickets {
  public func removeSession(at place: StoreKey, because reason: RemovalReason) throws(StoreError) -> Bool {
    let answer = try run(.sweep, on: place.server, [Array("session".utf8), place.bytes, []], until: deadline(.keep))
    return try tellRemoved(answer, reason) > 0
  }

  public func removeAll(server: Digest, because reason: RemovalReason) throws(StoreError) -> Int {
    let deadline = deadline(.keep)
    let generation = try generation("advance", until: deadline)
    let answer = try run(
      .sweep, on: server, [Array("server".utf8), server.bytes, generation.numberText], until: deadline)
    return try tellRemoved(answer, reason)
  }

  public func removeAll() throws(StoreError) -> Int {
    let generation = try generation("advance", until: deadline(.keep))
    return try sweepAll(["all", ""], generation.numberText, .explicit)
  }

  public func purgeExpired(now: WallTime) throws(StoreError) -> Int {
    try sweepAll(["expired", String(now.seconds)], [], .purged)
  }

  private func sweepAll(_ what: [String], _ generation: [UInt8], _ reason: RemovalReason) throws(StoreError) -> Int {
    var removed = 0
    try runOnAll(.sweep, what.map { Array($0.utf8) } + [generation]) { answer throws(StoreError) in
      removed += try tellRemoved(answer, reason)
      return true
    }
    return removed
  }

  /// Returns how many records there were.
  private func tellRemoved(_ answer: RESPValue, _ reason: RemovalReason) throws(StoreError) -> Int {
    guard let elements = answer.elements else { throw unexpected() }
    var removed = 0
    for name in names(elements) {
      guard let key = name.key else { continue }
      removed += 1
      notify(.removed(key, reason))
    }
    return removed
  }
}
