internal import SessionTickets

/// How a slot's key is filed and sealed: one record for each slot, whose place and id follow from the slot, so that of any
/// number of servers that insert one at once, one succeeds.
struct SlotRecord {
  let calendar: SlotCalendar
  let slot: Int64

  /// The version, the slot, and the key.
  private static let byteCount = 1 + 8 + MasterKey.byteCount
  private static let version: UInt8 = 1

  /// What servers with other slots or lifetimes do, they don't see.
  private func digest(key: MasterKey) throws(StoreError) -> Digest {
    var message = Array("gnutls-resume/1 slot\0".utf8)
    message.append(text: StoreRole.server.rawValue)
    for number in [calendar.length, calendar.lifetime, calendar.tolerance, slot] { message.append(bigEndian: number) }
    return try key.digest(message)
  }

  /// Under which a store has it, if it has been sealed with that master key.
  func recordKey(_ key: MasterKey) throws(StoreError) -> RecordKey {
    let digest = try digest(key: key)
    guard let id = RecordID(digest.bytes.prefix(RecordID.byteCount)) else {
      throw StoreError(.unavailable, "a slot's key has no id", place: "")
    }
    return RecordKey(place: StoreKey(server: digest, identity: digest), id: id)
  }

  /// - Parameter secret: 32 bytes.
  func seal(_ secret: [UInt8], key: MasterKey) throws(StoreError) -> SealedRecord {
    let place = try recordKey(key)
    var contents: [UInt8] = []
    contents.reserveCapacity(Self.byteCount)
    contents.append(Self.version)
    contents.append(bigEndian: slot)
    contents.append(contentsOf: secret)
    defer { contents.wipe() }
    do {
      let record = try RecordSeal.seal(
        contents, kind: .session, expiry: calendar.expiry(of: slot), identity: place.place.identity, key: key,
        purpose: .slotKey, id: place.id)
      if let record { return record }
    } catch {
      throw StoreError(.unavailable, "a ticket key can't be sealed: \(error)", place: "")
    }
    throw StoreError(.tooLarge, "a ticket key can't be sealed", place: "")
  }

  /// Nil if it isn't what one of the servers has sealed for this slot.
  func open(_ record: SealedRecord, at place: StoreKey, key: MasterKey) -> SlotKey? {
    guard var contents = RecordSeal.open(record, identity: place.identity, key: key, purpose: .slotKey) else {
      return nil
    }
    defer { contents.wipe() }
    guard var secret = secret(in: contents) else { return nil }
    defer { secret.wipe() }
    return SlotKey(slot: slot, secret: secret)
  }

  /// Apart, so that nothing shares the contents' memory when they are overwritten.
  private func secret(in contents: [UInt8]) -> [UInt8]? {
    var reader = ByteReader(contents[...])
    guard reader.integer(UInt8.self) == Self.version, reader.integer(Int64.self) == slot,
      let secret = reader.bytes(MasterKey.byteCount), reader.isAtEnd
    else { return nil }
    return Array(secret)
  }
}
