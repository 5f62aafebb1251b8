public import SessionTickets

/// Makes records, keys and digests for tests of stores. What is inside of the records means nothing.
public enum RecordFactory {
  /// A digest that is different for every number.
  public static func digest(_ number: UInt64) -> Digest {
    // Spread over all bytes (SplitMix64), as the digests of real identities are.
    var state = number
    let bytes = (0..<4).flatMap { _ -> [UInt8] in
      state &+= 0x9E37_79B9_7F4A_7C15
      let word = mixed(state)
      return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
    return Digest(bytes)!
  }

  /// The place of an identity of a server; the same numbers give the same place.
  public static func place(server: UInt64 = 1, identity: UInt64 = 1) -> StoreKey {
    StoreKey(server: digest(server), identity: digest(server &* 1_000_003 &+ identity &+ 0x1_0000_0000))
  }

  /// An id that is different for every number.
  public static func id(_ number: UInt64) -> RecordID {
    RecordID(digest(number &+ 0x2_0000_0000).bytes.prefix(RecordID.byteCount))!
  }

  /// A record with the id of that number.
  /// - Parameters:
  ///   - number: Becomes its id.
  ///   - kind: What it is a record of.
  ///   - expiry: In seconds since 1970; a day after ``start`` if not given.
  ///   - byteCount: The record's whole length, header included, as far as a record can have it.
  public static func record(
    _ number: UInt64, kind: RecordKind = .ticket, expiry: Int64? = nil, byteCount: Int = 1_500
  ) -> SealedRecord {
    let header = RecordHeader(kind: kind, id: id(number), expiry: expiry ?? Moment.expiry, masterKeyID: 1)
    var state = number
    let length = min(max(byteCount, RecordHeader.byteCount), SealedRecord.maximumByteCount)
    let contents = (0..<(length - RecordHeader.byteCount)).map { _ -> UInt8 in
      state &+= 0x9E37_79B9_7F4A_7C15
      return UInt8(truncatingIfNeeded: mixed(state))
    }
    return SealedRecord(header: header, contents: contents)!
  }

  /// The time at which the checks begin. Records of this factory are live then, for a day.
  public static var start: WallTime { WallTime(seconds: Moment.start) }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
