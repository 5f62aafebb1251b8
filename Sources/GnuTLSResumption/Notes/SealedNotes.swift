internal import SessionTickets

/// Notes as the engine reads and writes them: sealed on their way to the store.
extension Resumption {
  /// What a note says; nil if there is none, or none that opens under the key.
  func note(server: Digest, identity: Digest?, key: MasterKey) throws(StoreError) -> [UInt8]? {
    guard let sealed = try local.store.get().note(server: server, identity: identity) else { return nil }
    return NoteSeal.open(sealed, server: server, identity: identity, key: key)
  }

  /// Seals a note and sets it. One that can't be sealed, is too long, or of what was removed, is not worth an error: it only
  /// saves time.
  /// - Parameter generation: The store's before the connection began.
  /// - Returns: Whether it was set.
  @discardableResult
  func setNote(
    _ contents: [UInt8], server: Digest, identity: Digest?, generation: StoreGeneration, key: MasterKey
  ) throws(StoreError) -> Bool {
    guard let sealed = try? NoteSeal.seal(contents, server: server, identity: identity, key: key),
      sealed.count <= NoteLimits.maximumByteCount
    else { return false }
    do throws(StoreError) {
      try local.store.get().setNote(sealed, server: server, identity: identity, generation: generation, now: now)
      return true
    } catch {
      if error.code == .superseded { return false }
      throw error
    }
  }
}
