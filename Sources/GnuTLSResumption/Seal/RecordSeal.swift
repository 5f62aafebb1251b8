internal import SessionTickets

/// Seals what is to be kept of a session into a record, and opens it again.
///
/// The associated data are the clear header and the identity digest that the *reader* looked up: a record that was
/// moved to another identity doesn't open.
enum RecordSeal {
  /// Draws an id and seals. Returns nil if the record would be larger than a store keeps.
  /// - Parameter id: Nil but where a place has one record, whoever makes it: few are ever sealed under one such id.
  static func seal(
    _ contents: [UInt8], kind: RecordKind, expiry: Int64, identity: Digest, key: MasterKey,
    purpose: SealedBox.Purpose = .record, id: RecordID? = nil
  ) throws(GnuTLSError) -> SealedRecord? {
    let drawn = id == nil ? RecordID(try Random.nonce(RecordID.byteCount)) : id
    guard contents.count <= SealedRecord.maximumByteCount - RecordHeader.byteCount - SealedBox.overhead,
      let id = drawn
    else { return nil }
    let header = RecordHeader(kind: kind, id: id, expiry: expiry, masterKeyID: key.id)
    var record: [UInt8] = []
    record.reserveCapacity(RecordHeader.byteCount + SealedBox.overhead + contents.count)
    header.append(to: &record)
    try SealedBox.seal(
      contents, associatedData: associatedData(header, identity), purpose: purpose, id: id, key: key, to: &record)
    return SealedRecord(record)
  }

  /// Returns the contents, or nil if a single bit of record or place is not as it was sealed.
  static func open(
    _ record: SealedRecord, identity: Digest, key: MasterKey, purpose: SealedBox.Purpose = .record
  ) -> [UInt8]? {
    guard record.header.masterKeyID == key.id else { return nil }
    return SealedBox.open(
      record.contents, associatedData: associatedData(record.header, identity), purpose: purpose,
      id: record.header.id, key: key)
  }

  private static func associatedData(_ header: RecordHeader, _ identity: Digest) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(RecordHeader.byteCount + Digest.byteCount)
    header.append(to: &result)
    result.append(identity)
    return result
  }
}
