import SessionTickets

/// How a store is divided: each server's entries lie in one shard, which is one key, a hash. So one script sees all that it
/// needs, any shard may lie on any server of a cluster, and no operation grows with the store.
struct RedisShards: Sendable {
  let count: Int
  /// The most entries of one shard, and the most bytes, names included.
  let entries: Int
  let bytes: Int
  let recordsPerIdentity: Int
  private let prefix: [UInt8]

  /// The most shards that a store may have.
  private static let mostShards = 1 << 20

  init(_ url: RedisURL, _ role: StoreRole) {
    let bounds = url.bounds
    // A script goes through all entries of a shard: few, but room for some identities.
    let share = min(max(20, 2 * min(bounds.recordsPerIdentity, 256)), 512)
    count = min(max(1, bounds.records / share), Self.mostShards)
    entries = min(bounds.records, share)
    bytes = max(1, bounds.bytes / count)
    recordsPerIdentity = bounds.recordsPerIdentity
    prefix = Array("\(url.prefix):\(role.rawValue):".utf8)
  }

  func number(of server: Digest) -> Int { Int(server.firstWord % UInt64(count)) }

  /// What stands in braces decides which server of a cluster has a key.
  func key(_ number: Int) -> [UInt8] { prefix + Array("{\(number)/\(count)}".utf8) }

  func key(of server: Digest) -> [UInt8] { key(number(of: server)) }

  /// Of the store's generation.
  var generationKey: [UInt8] { prefix + Array("generation".utf8) }
}
