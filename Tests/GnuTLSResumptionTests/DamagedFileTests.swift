import SessionTickets
import Testing

@testable import GnuTLSResumption

/// Every damage that bytes can take, met by a connection: a full handshake, nothing offered, and the file is gone.
@Suite("A connection meets damaged records on disk")
struct DamagedFileTests {
  @Test(
    "undamaged, it is resumed: whatever fails below fails for its damage", arguments: Mode.onePerVersion,
    DamagedStore.Naming.allCases)
  func undamaged(mode: Mode, naming: DamagedStore.Naming) throws {
    let store = try DamagedStore(mode)
    #expect(try store.connect([{ $0 }], naming: naming).outcome.isResumed)
  }

  @Test("a bit flipped in every byte", arguments: Mode.onePerVersion, DamagedStore.Naming.allCases)
  func flipped(mode: Mode, naming: DamagedStore.Naming) throws {
    let store = try DamagedStore(mode)
    // Behind the header it has no part in the name.
    let count = naming == .asBefore ? RecordHeader.byteCount : store.byteCount
    let damages = (0..<count).map { position in
      { (bytes: [UInt8]) in
        var bytes = bytes
        bytes[position] ^= 1 << UInt8(position % 8)
        return bytes
      }
    }
    try store.expectDamaged(damages, naming: naming)
  }

  @Test("cut at every length", arguments: Mode.onePerVersion, DamagedStore.Naming.allCases)
  func cut(mode: Mode, naming: DamagedStore.Naming) throws {
    let store = try DamagedStore(mode)
    try store.expectDamaged(
      (0..<store.byteCount).map { length in { Array($0.prefix(length)) } }, naming: naming)
  }

  @Test("followed by anything", arguments: Mode.onePerVersion, DamagedStore.Naming.allCases)
  func extended(mode: Mode, naming: DamagedStore.Naming) throws {
    let store = try DamagedStore(mode)
    let tails: [[UInt8]] = [
      [0], [255], Array(repeating: 0, count: 16), [UInt8](repeating: 1, count: store.byteCount), Array("GRT\0".utf8),
    ]
    let lengths = [1, 2, 3, 100, 4096, 64 * 1024, SealedRecord.maximumByteCount]
    let damages = (tails + lengths.map { [UInt8](repeating: 7, count: $0) }).map { tail in
      { (bytes: [UInt8]) in bytes + tail }
    }
    try store.expectDamaged(damages, naming: naming)
  }

  @Test("3,000 mutations of one to eight bytes", arguments: Mode.onePerVersion)
  func mutated(mode: Mode) throws {
    let store = try DamagedStore(mode)
    let damages = (0..<3_000).map { number in
      { (bytes: [UInt8]) in
        var generator = SplitMix(seed: UInt64(number))
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          let position = Int.random(in: bytes.indices, using: &generator)
          // Never what it was: another byte may be changed back, but not this one.
          mutated[position] = bytes[position] &+ UInt8.random(in: 1...255, using: &generator)
        }
        return mutated
      }
    }
    try store.expectDamaged(damages, naming: .asItsBytes)
  }
}

extension Mode {
  /// A TLS 1.3 ticket, and a TLS 1.2 session.
  static let onePerVersion: [Mode] = [.tls13, .tls12Ticket]
}
