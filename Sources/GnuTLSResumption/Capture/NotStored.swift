/// How many of a connection's tickets were not stored, by reason: counted, for a peer may send tickets without end.
public struct NotStored: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let reason: NotStoredReason
    public fileprivate(set) var count: Int
  }

  /// In the order in which the reasons were first met.
  public private(set) var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  public subscript(reason: NotStoredReason) -> Int {
    for entry in entries where entry.reason == reason { return entry.count }
    return 0
  }

  mutating func add(_ reason: NotStoredReason, count: Int = 1) {
    for index in entries.indices where entries[index].reason == reason {
      entries[index].count &+= count
      return
    }
    entries.append(Entry(reason: reason, count: count))
  }
}

extension NotStored: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (NotStoredReason, Int)...) {
    for (reason, count) in elements { add(reason, count: count) }
  }
}
