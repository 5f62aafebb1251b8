/// A record as a store sees it: a clear header, and behind it bytes that only the master key opens.
///
/// Records are immutable. A store keeps ``bytes`` and gives back exactly those.
public struct SealedRecord: Hashable, Sendable {
  /// The most that a record may have, in bytes. Checked before anything is allocated or stored (CVE-2011-4128).
  public static let maximumByteCount = 128 * 1024

  public let header: RecordHeader
  /// Header and sealed contents.
  public let bytes: [UInt8]

  /// Reads a record, or returns nil if the bytes are too many or don't start with a header of this format.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumByteCount, let header = RecordHeader(parsing: bytes) else { return nil }
    self.header = header
    self.bytes = bytes
  }

  /// Joins a header and sealed contents, or returns nil if together they are too many.
  public init?(header: RecordHeader, contents: some Collection<UInt8>) {
    guard contents.count <= Self.maximumByteCount - RecordHeader.byteCount else { return nil }
    self.header = header
    var bytes: [UInt8] = []
    bytes.reserveCapacity(RecordHeader.byteCount + contents.count)
    header.append(to: &bytes)
    bytes.append(contentsOf: contents)
    self.bytes = bytes
  }

  /// The sealed bytes behind the header.
  public var contents: ArraySlice<UInt8> { bytes.dropFirst(RecordHeader.byteCount) }
}
