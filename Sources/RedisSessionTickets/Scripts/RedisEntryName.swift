import SessionTickets

/// The name of one entry in a shard: all that is to be known of it without reading it.
///
/// 109 bytes, numbers big-endian:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | `t` ticket, `s` session, `n` note |
/// | 1 | 32 | the server's digest |
/// | 33 | 32 | the identity's digest; zero for a server's note |
/// | 65 | 8 | the number of its insertion in this shard: it decides what is newest, whatever clocks say |
/// | 73 | 8 | when it was inserted, in nanoseconds since 1970, by its inserter's clock |
/// | 81 | 8 | when it ends, in seconds since 1970 |
/// | 89 | 4 | how many bytes it has |
/// | 93 | 16 | its id; zero for a note |
package struct RedisEntryName: Hashable, Sendable {
  static let byteCount = 109

  enum Kind: UInt8 {
    case ticket = 0x74
    case session = 0x73
    case note = 0x6E

    init(_ kind: RecordKind) {
      switch kind {
      case .ticket: self = .ticket
      case .session: self = .session
      }
    }
  }

  let kind: Kind
  let place: StoreKey
  let sequence: UInt64
  let inserted: WallTime
  let expiry: Int64
  let size: Int
  let id: RecordID

  /// Nil if it is no such name.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, let kind = Kind(rawValue: bytes[0]), let server = Digest(bytes[1..<33]),
      let identity = Digest(bytes[33..<65]), let id = RecordID(bytes[93...])
    else { return nil }
    func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
    let expiry = number(81..<89)
    guard expiry <= UInt64(Int64.max) else { return nil }
    self.kind = kind
    place = StoreKey(server: server, identity: identity)
    sequence = number(65..<73)
    inserted = WallTime(nanoseconds: Int64(bitPattern: number(73..<81)))
    self.expiry = Int64(expiry)
    size = Int(number(89..<93))
    self.id = id
  }

  /// Nil for a note.
  var key: RecordKey? { kind == .note ? nil : RecordKey(place: place, id: id) }

  /// What it counts towards the store's bound.
  var byteCount: Int { size + Self.byteCount }

  /// Nil for a note.
  var summary: RecordSummary? {
    let kind: RecordKind
    switch self.kind {
    case .ticket: kind = .ticket
    case .session: kind = .session
    case .note: return nil
    }
    return RecordSummary(
      key: RecordKey(place: place, id: id), kind: kind, inserted: inserted, expiry: expiry, byteCount: byteCount)
  }

  /// The record of these bytes, if it is the one of this name.
  func record(_ bytes: [UInt8]) -> SealedRecord? {
    guard let record = SealedRecord(bytes), Kind(record.header.kind) == kind, record.header.id == id,
      record.header.expiry == expiry
    else { return nil }
    return record
  }
}
