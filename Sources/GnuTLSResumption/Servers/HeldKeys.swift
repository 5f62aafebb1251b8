internal import SessionTickets

/// The ticket keys that a process holds, by slot. What is to be done about them, this says; others do it.
struct HeldKeys {
  struct Entry {
    let key: SlotKey
    /// Sealed, and where; nil if it can't be, without a master key.
    let record: (key: RecordKey, sealed: SealedRecord)?
    /// The store has it, as far as this process knows.
    var isShared: Bool
  }

  /// Of each slot the one that seals first, then those that were used before it was found.
  private(set) var slots: [Int64: [Entry]] = [:]
  /// Another after every change.
  private(set) var version: UInt64 = 0
  /// Two servers seldom draw keys of one slot apart from each other, and never many times.
  private static let maximumPerSlot = 4

  var all: [SlotKey] { slots.values.flatMap { entries in entries.map { $0.key } } }

  func sealing(_ slot: Int64) -> Entry? { slots[slot]?.first }

  func holds(_ key: SlotKey) -> Bool { slots[key.slot]?.contains { $0.key === key } == true }

  /// What new tickets are sealed with: the slot's key, or, where there is none yet, the newest before.
  func newest(upTo slot: Int64) -> SlotKey? {
    var newest: SlotKey?
    for (number, entries) in slots where number <= slot && number > newest?.slot ?? -1 {
      newest = entries.first?.key ?? newest
    }
    return newest
  }

  /// Takes a key as the one that seals. Returns whether it wasn't there.
  @discardableResult
  mutating func adopt(_ entry: Entry) -> Bool {
    var entries = slots[entry.key.slot] ?? []
    let known = entries.firstIndex { $0.key.isSame(as: entry.key) }
    if known == 0, entries[0].isShared == entry.isShared { return false }
    if let known { entries.remove(at: known) }
    entries.insert(entry, at: 0)
    slots[entry.key.slot] = Array(entries.prefix(Self.maximumPerSlot))
    version &+= 1
    return known == nil
  }

  /// Whether there are keys of slots that have ended, or that only a clock's mistake has brought about.
  func hasAny(outside live: ClosedRange<Int64>) -> Bool {
    slots.keys.contains { $0 < live.lowerBound || Self.isMistaken($0, live) }
  }

  /// Lets go of them, and returns those of ended slots.
  mutating func removeEnded(outside live: ClosedRange<Int64>) -> [Entry] {
    guard hasAny(outside: live) else { return [] }
    let ended = slots.filter { $0.key < live.lowerBound }
    slots = slots.filter { $0.key >= live.lowerBound && !Self.isMistaken($0.key, live) }
    version &+= 1
    return ended.values.flatMap { $0 }
  }

  /// When a slot begins, another thread may have looked at the clock a moment later.
  private static func isMistaken(_ slot: Int64, _ live: ClosedRange<Int64>) -> Bool { slot > live.upperBound + 1 }

  mutating func removeAll() {
    slots = [:]
    version &+= 1
  }
}
