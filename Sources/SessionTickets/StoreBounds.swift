/// How much a store keeps. At a bound the oldest records leave.
public struct StoreBounds: Hashable, Sendable {
  /// The most records of one identity.
  public let recordsPerIdentity: Int
  /// The most records (and notes) in total.
  public let records: Int
  /// The most bytes in total: of allocated blocks for a store on disk.
  public let bytes: Int

  /// Bounds of less than 1 become 1: the newest record always stays.
  public init(recordsPerIdentity: Int = 4, records: Int = 20_000, bytes: Int = 64 * 1024 * 1024) {
    self.recordsPerIdentity = max(1, recordsPerIdentity)
    self.records = max(1, records)
    self.bytes = max(1, bytes)
  }
}
