/// A record that its taker, and for a TLS 1.3 ticket nobody else, may offer to a server.
///
/// Only a store's `take` makes one, and offering accepts nothing else. It can't be copied, so one claim leads to
/// one offer; a claimed ticket is never put back.
public struct ClaimedRecord: ~Copyable, Sendable {
  public let key: RecordKey
  public let record: SealedRecord

  /// For the authors of stores: call it after the record can't be given to anyone else any more.
  public init(claiming record: SealedRecord, from place: StoreKey) {
    key = RecordKey(place: place, id: record.header.id)
    self.record = record
  }
}

/// What became of a look-up in a store.
public enum TakeResult: ~Copyable, Sendable {
  case claimed(ClaimedRecord)
  case miss(Miss)
}

/// Why a look-up found nothing that can be used.
public struct Miss: Hashable, Sendable {
  /// The server has live records, but all of other identities.
  public var otherIdentities: Bool
  /// Records of this identity that the look-up found past their expiry, and removed.
  public var expired: Int
  /// Records of this identity that could not be read or don't parse, and were removed.
  public var damaged: Int

  public init(otherIdentities: Bool = false, expired: Int = 0, damaged: Int = 0) {
    self.otherIdentities = otherIdentities
    self.expired = expired
    self.damaged = damaged
  }
}
