import SessionTicketsLocking

/// Which server of a cluster has which slots, as far as its servers have said.
final class RedisRoutes: Sendable {
  /// A key's slot decides where it is (Redis Cluster specification).
  private static let slotCount: UInt16 = 16_384
  private let known = Lock<[UInt16: RedisEndpoint]>([:])

  func endpoint(of key: [UInt8]) -> RedisEndpoint? {
    known.withLock { $0.isEmpty ? nil : $0[Self.slot(of: key)] }
  }

  func note(_ endpoint: RedisEndpoint, for key: [UInt8]) {
    let slot = Self.slot(of: key)
    known.withLock { $0[slot] = endpoint }
  }

  func forget() { known.withLock { $0 = [:] } }

  /// CRC-16 (XMODEM) of what stands in the first braces, or of the whole key.
  static func slot(of key: [UInt8]) -> UInt16 {
    var tag = key[...]
    if let open = key.firstIndex(of: UInt8(ascii: "{")),
      let end = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), end > open + 1
    {
      tag = key[(open + 1)..<end]
    }
    var sum: UInt16 = 0
    for byte in tag {
      sum ^= UInt16(byte) << 8
      for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
    return sum % slotCount
  }
}
