internal import SessionTickets

/// Which stored peers of an identity were refused, and under which trust: what isn't trusted by one who looks, is left for
/// those who trust it, but is not verified again at every connection.
struct RefusalNote: Hashable {
  struct Refusal: Hashable {
    /// The id of the stored peer's full handshake.
    let handshake: [UInt8]
    /// Of the trust inputs as they were.
    let inputs: Digest
    /// When, in seconds since 1970.
    let time: Int64
  }

  /// The oldest first.
  private(set) var refusals: [Refusal] = []

  /// As many as fit into a sealed note.
  private static let most = 7
  private static let formatVersion: UInt8 = 1
  /// A refusal holds for a day at most: dates come into force, too.
  private static let lifetime: Int64 = 24 * 3_600

  init() {}

  func holds(_ handshake: [UInt8], inputs: Digest, now: Int64) -> Bool {
    for refusal in refusals
    where refusal.handshake == handshake && refusal.inputs == inputs && refusal.time <= now
      && now < refusal.time.addingClamped(Self.lifetime)
    {
      return true
    }
    return false
  }

  mutating func add(_ refusal: Refusal) {
    refusals.removeAll { $0.handshake == refusal.handshake && $0.inputs == refusal.inputs }
    refusals.append(refusal)
    if refusals.count > Self.most { refusals.removeFirst(refusals.count - Self.most) }
  }

  var bytes: [UInt8] {
    var result: [UInt8] = [Self.formatVersion]
    for refusal in refusals {
      result += refusal.handshake
      result.append(refusal.inputs)
      result.append(bigEndian: UInt64(bitPattern: refusal.time))
    }
    return result
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    guard reader.integer(UInt8.self) == Self.formatVersion else { return nil }
    while !reader.isAtEnd {
      guard let handshake = reader.bytes(FullHandshake.idSize),
        let inputs = reader.bytes(Digest.byteCount).flatMap({ Digest($0) }), let time = reader.integer(UInt64.self)
      else { return nil }
      refusals.append(Refusal(handshake: Array(handshake), inputs: inputs, time: Int64(bitPattern: time)))
    }
  }
}
