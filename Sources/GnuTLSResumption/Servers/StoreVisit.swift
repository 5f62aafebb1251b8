internal import SessionTickets

/// The store as one refreshing of ticket keys uses it.
struct StoreVisit {
  let store: any TicketStore
  let ring: KeyRing
  let calendar: SlotCalendar
  let now: WallTime

  /// The key that the store has for a slot, under whichever master key. What doesn't open is removed.
  func find(_ slot: Int64) throws(StoreError) -> HeldKeys.Entry? {
    let slotRecord = SlotRecord(calendar: calendar, slot: slot)
    for master in ring.all {
      let key = try slotRecord.recordKey(master)
      guard let sealed = try store.read(key) else { continue }
      if let found = slotRecord.open(sealed, at: key.place, key: master) {
        return HeldKeys.Entry(key: found, record: (key, sealed), isShared: true)
      }
      try store.remove(key, because: .damaged)
    }
    return nil
  }

  func draw(_ slot: Int64) throws(StoreError) -> HeldKeys.Entry { try Self.draw(slot, calendar, ring.newest) }

  /// - Parameter master: Nil: there is none, and the key can't be published.
  static func draw(_ slot: Int64, _ calendar: SlotCalendar, _ master: MasterKey?) throws(StoreError) -> HeldKeys.Entry {
    var secret: [UInt8]
    do {
      secret = try Random.key(MasterKey.byteCount)
    } catch {
      throw StoreError(.unavailable, "no ticket key can be drawn: \(error)", place: "")
    }
    defer { secret.wipe() }
    guard let key = SlotKey(slot: slot, secret: secret) else {
      throw StoreError(.unavailable, "there is no memory for a ticket key", place: "")
    }
    guard let master else { return HeldKeys.Entry(key: key, record: nil, isShared: false) }
    let slotRecord = SlotRecord(calendar: calendar, slot: slot)
    let record = (key: try slotRecord.recordKey(master), sealed: try slotRecord.seal(secret, key: master))
    return HeldKeys.Entry(key: key, record: record, isShared: false)
  }
}
