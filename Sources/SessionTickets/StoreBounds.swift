/// How much a store keeps. At a bound the oldest records leave.
public struct StoreBounds: Hashable, Sendable {
  /// The most records of one identity.
  public let recordsPerIdentity: Int
  /// The most records (and notes) in total.
  public let records: Int
  /// The most bytes in total: of allocated blocks for a store on disk.
  public let bytes: Int

  public init(recordsPerIdentity: Int = 4, records: Int = 20_000, bytes: Int = 64 * 1024 * 1024) {
    precondition(recordsPerIdentity > 0 && records > 0 && bytes > 0, "a store's bounds are positive")
    self.recordsPerIdentity = recordsPerIdentity
    self.records = records
    self.bytes = bytes
  }
}
