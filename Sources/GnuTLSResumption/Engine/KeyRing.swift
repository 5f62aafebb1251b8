/// The master keys: new records are sealed under the newest; those of older keys are still found and opened.
public struct KeyRing: Sendable {
  let newest: MasterKey
  let older: [MasterKey]

  public init(newest: MasterKey, older: [MasterKey] = []) {
    self.newest = newest
    self.older = older
  }

  /// In the order in which look-ups try them.
  var all: [MasterKey] { [newest] + older }

  /// The key that sealed a record, or nil if it is unknown.
  func key(withID id: UInt64) -> MasterKey? { all.first { $0.id == id } }
}
