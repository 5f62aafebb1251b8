internal import SessionTickets

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

  /// Whether a record that this key has sealed can be opened.
  func holds(_ id: UInt64) -> Bool { key(id) != nil }

  /// The key of that id; nil if there is none.
  func key(_ id: UInt64) -> MasterKey? {
    if newest.id == id { return newest }
    for key in older where key.id == id { return key }
    return nil
  }

  /// Opens a record that was found under an identity; nil if its key is unknown, or a bit of it is not as it was sealed,
  /// or its contents are of another format.
  func contents(of record: SealedRecord, identity: Digest) -> TicketContents? {
    guard let key = key(record.header.masterKeyID),
      var plaintext = RecordSeal.open(record, identity: identity, key: key)
    else { return nil }
    defer { plaintext.wipe() }
    return TicketContents(plaintext)
  }
}
