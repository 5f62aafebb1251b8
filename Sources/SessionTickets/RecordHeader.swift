/// The part of a record that a store may read: everything else is sealed.
///
/// 40 bytes, big-endian:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | magic `GRT\0` |
/// | 4 | 1 | format version |
/// | 5 | 1 | kind |
/// | 6 | 2 | zero |
/// | 8 | 16 | record id |
/// | 24 | 8 | expiry, seconds since 1970 |
/// | 32 | 8 | id of the master key that sealed it |
///
/// The seal authenticates the header, so whoever opens the record may trust it; a store may not.
public struct RecordHeader: Hashable, Sendable {
  /// The header's length in bytes.
  public static let byteCount = 40
  /// The one format version that this library writes and reads.
  public static let formatVersion: UInt8 = 1
  static let magic: UInt32 = 0x4752_5400

  public let kind: RecordKind
  public let id: RecordID
  /// When the record is of no more use, in seconds since 1970.
  public let expiry: Int64
  /// Tells master keys apart; it reveals nothing about them.
  public let masterKeyID: UInt64

  /// Makes a header. An expiry before 1970 becomes 0: the format holds no negative times.
  public init(kind: RecordKind, id: RecordID, expiry: Int64, masterKeyID: UInt64) {
    self.kind = kind
    self.id = id
    self.expiry = max(expiry, 0)
    self.masterKeyID = masterKeyID
  }

  /// Parses the first 40 bytes of a record, or returns nil if they are not a header of this format.
  public init?(parsing bytes: some RandomAccessCollection<UInt8>) {
    self.init(parsing: Array(bytes.prefix(Self.byteCount)))
  }

  /// The same, for bytes in an array.
  public init?(parsing bytes: [UInt8]) {
    guard let header = unsafe bytes.withUnsafeBytes({ unsafe Self(parsing: $0) }) else { return nil }
    self = header
  }

  private init?(parsing bytes: UnsafeRawBufferPointer) {
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ type: Integer.Type) -> Integer {
      Integer(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    guard bytes.count >= Self.byteCount, integer(0, UInt32.self) == Self.magic,
      integer(4, UInt8.self) == Self.formatVersion, let kind = RecordKind(rawValue: integer(5, UInt8.self)),
      integer(6, UInt16.self) == 0
    else { return nil }
    let expiry = integer(24, UInt64.self)
    guard expiry <= UInt64(Int64.max) else { return nil }
    self.init(
      kind: kind, id: RecordID(value: integer(8, UInt128.self)), expiry: Int64(expiry),
      masterKeyID: integer(32, UInt64.self))
  }

  /// The 40 bytes.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.byteCount)
    append(to: &result)
    return result
  }

  package func append(to result: inout [UInt8]) {
    result.append(bigEndian: Self.magic)
    result.append(Self.formatVersion)
    result.append(kind.rawValue)
    result.append(bigEndian: UInt16(0))
    result.append(bigEndian: id.value)
    result.append(bigEndian: UInt64(bitPattern: expiry))
    result.append(bigEndian: masterKeyID)
  }
}
