internal import CResumptionStart
internal import SessionTickets

/// A number that only its owner knows, and the public key that belongs to it (X25519: RFC 7748, section 6.1).
struct Curve25519KeyPair {
  static let byteCount = 32

  private(set) var secret: [UInt8]
  let publicKey: [UInt8]

  /// - Parameter secret: 32 bytes, none of which can be guessed.
  init(_ secret: [UInt8]) throws(StoreError) {
    self.secret = secret
    publicKey = try Self.multiply(secret, nil)
  }

  /// What both owners of two pairs can tell, and nobody else.
  func shared(with publicKey: [UInt8]) throws(StoreError) -> [UInt8] { try Self.multiply(secret, publicKey) }

  mutating func wipe() { secret.wipe() }

  private static func multiply(_ scalar: [UInt8], _ point: [UInt8]?) throws(StoreError) -> [UInt8] {
    guard scalar.count == byteCount, point.map({ $0.count == byteCount }) != false else { throw failure }
    var result = [UInt8](repeating: 0, count: byteCount)
    let isDone = unsafe result.withUnsafeMutableBufferPointer { result in
      unsafe scalar.withUnsafeBufferPointer { scalar in
        guard let point else { return unsafe cresumptionstart_x25519(result.baseAddress, scalar.baseAddress, nil) }
        return unsafe point.withUnsafeBufferPointer { point in
          unsafe cresumptionstart_x25519(result.baseAddress, scalar.baseAddress, point.baseAddress)
        }
      }
    }
    guard isDone != 0 else { throw failure }
    return result
  }

  private static var failure: StoreError {
    StoreError(
      .unavailable, "the key agreement X25519 fails: this is no store's id, or the Nettle here has none", place: "")
  }
}
