/// A record that a store shows, to be judged before it is claimed. Others may be shown it too, and claim it first.
public struct Candidate: Hashable, Sendable {
  public let key: RecordKey
  public let record: SealedRecord
  /// When it was inserted.
  public let inserted: WallTime

  /// For the authors of stores.
  public init(_ record: SealedRecord, at place: StoreKey, inserted: WallTime) {
    key = RecordKey(place: place, id: record.header.id)
    self.record = record
    self.inserted = inserted
  }
}

/// What a store shows of one identity.
public struct Candidates: Hashable, Sendable {
  /// Live records: tickets first, then the session; of each, the newest first.
  public var records: [Candidate]
  /// What there was besides. It says why nothing can be used if there are no records.
  public var miss: Miss

  public init(records: [Candidate] = [], miss: Miss = Miss()) {
    self.records = records
    self.miss = miss
  }
}

/// Why a look-up found nothing that can be used.
public struct Miss: Hashable, Sendable {
  /// The server has live records of other identities.
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
