/// What is in a shard in numbers, as far as a new file there asks for it: counted without a list.
struct ShardTally {
  private let place: StoreKey
  private let kind: RecordFileName.Kind
  /// Records and notes, the new one included.
  private(set) var files = 0
  private(set) var bytes = 0
  /// Tickets and sessions at the new record's place, itself included.
  private(set) var records = 0
  private(set) var sessions = 0

  /// - Parameters:
  ///   - kind: Of the new file.
  ///   - place: Its place.
  init(for kind: RecordFileName.Kind, at place: StoreKey) {
    self.kind = kind
    self.place = place
  }

  mutating func add(_ name: RecordFileName) {
    files += 1
    bytes += name.allocatedByteCount
    guard kind != .note, name.kind != .note, name.place == place else { return }
    records += 1
    if name.kind == .session { sessions += 1 }
  }

  /// Whether a session is to be replaced.
  var hasReplacedSessions: Bool { sessions > (kind == .session ? 1 : 0) }
}

extension ShardBounds {
  /// Whether nothing has to go: ``victims(in:after:)`` is empty then.
  func allow(_ tally: ShardTally) -> Bool {
    !tally.hasReplacedSessions && tally.records <= recordsPerIdentity && tally.files <= files && tally.bytes <= bytes
  }
}
