/// A record that its taker, and for a TLS 1.3 ticket nobody else, may offer to a server.
///
/// Only a store's `claim` makes one, and offering accepts nothing else. It can't be copied, so one claim leads to
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

/// What became of a ``TicketStore/take(from:now:)``.
public enum TakeResult: ~Copyable, Sendable {
  case claimed(ClaimedRecord)
  case miss(Miss)
}
