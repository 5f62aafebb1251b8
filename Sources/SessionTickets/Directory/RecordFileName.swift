/// The name of a record's (or note's) file: everything that finding, ordering and evicting need, so that a listing
/// of one folder answers them without looking at any file.
///
/// 207 bytes: server digest, identity digest, time of insertion in nanoseconds, expiry in seconds, size in bytes, kind
/// and record id, each of fixed width, in lower-case hexadecimal but the kind, with `-` between. There is one
/// spelling for each value. A note of a server has an identity of zeros.
package struct RecordFileName: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    case ticket = 0x74  // t
    case session = 0x73  // s
    case note = 0x6E  // n
  }

  /// The length of every name.
  package static let byteCount = 207
  private static let separator = UInt8(ascii: "-")

  package let place: StoreKey
  package let inserted: WallTime
  /// In seconds since 1970.
  package let expiry: Int64
  package let byteCount: Int
  package let kind: Kind
  package let id: RecordID

  /// Times before 1970 become 1970: names order by their unsigned digits.
  package init(place: StoreKey, inserted: WallTime, expiry: Int64, byteCount: Int, kind: Kind, id: RecordID) {
    self.place = place
    self.inserted = WallTime(nanoseconds: max(inserted.nanoseconds, 0))
    self.expiry = max(expiry, 0)
    self.byteCount = byteCount
    self.kind = kind
    self.id = id
  }

  /// Reads a name, or returns nil if it is none, or not in the one spelling.
  package init?(parsing name: some RandomAccessCollection<UInt8>) {
    guard name.count == Self.byteCount, let parsed = HexadecimalReader.read(name, { Self(&$0) }) else { return nil }
    self = parsed
  }

  private init?(_ reader: inout HexadecimalReader) {
    let server = Digest(words: (reader.word(), reader.word(), reader.word(), reader.word()))
    reader.skip(Self.separator)
    let identity = Digest(words: (reader.word(), reader.word(), reader.word(), reader.word()))
    reader.skip(Self.separator)
    let inserted = reader.word()
    reader.skip(Self.separator)
    let expiry = reader.word()
    reader.skip(Self.separator)
    byteCount = Int(reader.number())
    reader.skip(Self.separator)
    let kind = Kind(rawValue: reader.character())
    reader.skip(Self.separator)
    id = RecordID(value: UInt128(reader.word()) << 64 | UInt128(reader.word()))
    guard reader.isValid, let kind, inserted <= UInt64(Int64.max), expiry <= UInt64(Int64.max) else { return nil }
    place = StoreKey(server: server, identity: identity)
    self.inserted = WallTime(nanoseconds: Int64(inserted))
    self.expiry = Int64(expiry)
    self.kind = kind
  }

  /// The 207 bytes.
  package var bytes: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, filled in
      unsafe write(to: UnsafeMutableRawBufferPointer(buffer))
      filled = Self.byteCount
    }
  }

  /// Writes the 207 bytes to where there is room for them.
  func write(to output: UnsafeMutableRawBufferPointer) {
    var writer = unsafe HexadecimalWriter(output)
    writer.digest(place.server)
    writer.character(Self.separator)
    writer.digest(place.identity)
    writer.character(Self.separator)
    writer.word(UInt64(inserted.nanoseconds))
    writer.character(Self.separator)
    writer.word(UInt64(expiry))
    writer.character(Self.separator)
    writer.number(UInt32(truncatingIfNeeded: byteCount))
    writer.character(Self.separator)
    writer.character(kind.rawValue)
    writer.character(Self.separator)
    writer.word(UInt64(truncatingIfNeeded: id.value >> 64))
    writer.word(UInt64(truncatingIfNeeded: id.value))
  }

  /// Reads a name if it is one of a server's. Nearly all others are told apart by their beginning, without parsing.
  init?(parsing name: UnsafeBufferPointer<UInt8>, of server: Digest) {
    let beginning = Hexadecimal.digits(of: UInt32(truncatingIfNeeded: server.words.0 >> 32)).bigEndian
    guard name.count == Self.byteCount,
      unsafe UnsafeRawBufferPointer(name).loadUnaligned(as: UInt64.self) == beginning
    else { return nil }
    unsafe self.init(parsing: name)
    guard place.server == server else { return nil }
  }
}

extension RecordFileName: Comparable {
  /// Older names first. Names of one identity compare as their bytes do.
  package static func < (left: RecordFileName, right: RecordFileName) -> Bool {
    if left.inserted != right.inserted { return left.inserted < right.inserted }
    if left.expiry != right.expiry { return left.expiry < right.expiry }
    if left.byteCount != right.byteCount { return left.byteCount < right.byteCount }
    if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
    if left.id != right.id { return left.id.value < right.id.value }
    // Whole digests only, for a total order: every process must evict the same.
    if left.place.server != right.place.server { return left.place.server.words < right.place.server.words }
    return left.place.identity.words < right.place.identity.words
  }
}
