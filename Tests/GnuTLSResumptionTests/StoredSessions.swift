import SessionTickets
import Testing

@testable import GnuTLSResumption

/// What a client has stored, taken out and put in by whoever has its master key.
extension Client {
  static func masterKey(_ byte: UInt8 = 7) throws -> MasterKey {
    try #require(MasterKey([UInt8](repeating: byte, count: 32)))
  }

  /// All records of the store, the oldest of each place first.
  func storedRecords() throws -> [(key: RecordKey, record: SealedRecord)] {
    try store.servers().flatMap { server in
      try store.select(server: server).compactMap { summary in
        try store.read(summary.key).map { (summary.key, $0) }
      }
    }
  }

  /// The session data that GnuTLS gave for each of them.
  func storedSessionData() throws -> [[UInt8]] {
    let ring = KeyRing(newest: try Self.masterKey())
    return try storedRecords().map { stored in
      try #require(ring.contents(of: stored.record, identity: stored.key.place.identity)).sessionData
    }
  }

  /// Files everything anew, as if it had been stored with this priority string.
  func moveRecords(toPriority priority: String?, port: UInt16? = nil) throws {
    let master = try Self.masterKey()
    let identity = ConnectionIdentity(
      server: ServerIdentity(name: "localhost", port: port ?? server.port), priority: priority)
    let place = try IdentityDigests.place(of: identity, verification: .engine(pins: []), key: master)
    for (key, record) in try storedRecords() {
      let contents = try #require(RecordSeal.open(record, identity: key.place.identity, key: master))
      let moved = try #require(
        try RecordSeal.seal(
          contents, kind: record.header.kind, expiry: record.header.expiry, identity: place.identity, key: master))
      try store.remove(key, because: .explicit)
      try store.insert(moved, at: place, now: clock.now)
    }
  }
}

extension TicketContents {
  /// A version that isn't the one that runs.
  static let anotherGnuTLS = GnuTLSVersion.current + "0"

  /// Makes the contents those of another GnuTLS, which only that one can load.
  mutating func becomeForeign() {
    gnutlsVersion = Self.anotherGnuTLS
    // The magic number, from which GnuTLS tells its own version.
    sessionData[3] ^= 1
  }
}
