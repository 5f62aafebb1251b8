internal import SessionTickets

/// Seals the small notes that stores keep beside the records: a random id, and a box bound to the place.
enum NoteSeal {
  static func seal(
    _ contents: [UInt8], server: Digest, identity: Digest?, key: MasterKey
  ) throws(GnuTLSError) -> [UInt8] {
    guard let id = RecordID(try Random.nonce(RecordID.byteCount)) else { return [] }
    var note: [UInt8] = []
    note.reserveCapacity(RecordID.byteCount + SealedBox.overhead + contents.count)
    note.append(id)
    try SealedBox.seal(
      contents, associatedData: place(server, identity), purpose: .note, id: id, key: key, to: &note)
    return note
  }

  /// Returns nil if the note isn't authentic, or was moved from another place.
  static func open(_ note: [UInt8], server: Digest, identity: Digest?, key: MasterKey) -> [UInt8]? {
    guard let id = RecordID(note.prefix(RecordID.byteCount)) else { return nil }
    return SealedBox.open(
      note.dropFirst(RecordID.byteCount), associatedData: place(server, identity), purpose: .note, id: id, key: key)
  }

  private static func place(_ server: Digest, _ identity: Digest?) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(1 + 2 * Digest.byteCount)
    result.append(server)
    result.append(identity == nil ? 0 : 1)
    if let identity { result.append(identity) }
    return result
  }
}
