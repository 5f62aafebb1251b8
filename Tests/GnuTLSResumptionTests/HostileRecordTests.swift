import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import Testing

@testable import GnuTLSResumption

@Suite("What a store returns is never believed")
struct HostileRecordTests {
  /// A store that gives one prepared record, again and again, whatever was stored.
  final class Swapped: ForwardingStore {
    let base: any TicketStore = MemoryStore()
    let record: @Sendable (StoreKey) -> SealedRecord?
    private let isGiven = Lock(false)

    init(_ record: @escaping @Sendable (StoreKey) -> SealedRecord?) { self.record = record }

    func candidates(at place: StoreKey, now: WallTime, limit: Int) throws(StoreError) -> Candidates {
      guard !isGiven.withLock({ $0 }), let record = record(place) else {
        return try base.candidates(at: place, now: now, limit: limit)
      }
      return Candidates(records: [Candidate(record, at: place, inserted: now)])
    }

    func claim(_ candidate: Candidate, now: WallTime) throws(StoreError) -> ClaimedRecord? {
      let wasGiven = isGiven.withLock { given in
        defer { given = true }
        return given
      }
      guard wasGiven else { return ClaimedRecord(claiming: candidate.record, from: candidate.key.place) }
      return try base.claim(candidate, now: now)
    }
  }

  /// A real record, as a connection stores it, and its place.
  private func stored(_ mode: Mode = .tls13) throws -> (client: Client, record: SealedRecord, place: StoreKey) {
    let client = try Client(mode.script)
    try client.visit()
    let key = try #require(try client.store.fold(nil as RecordKey?) { $0 ?? $1.key })
    return (client, try #require(try client.store.read(key)), key.place)
  }

  private func key(_ byte: UInt8 = 7) throws -> MasterKey {
    try #require(MasterKey([UInt8](repeating: byte, count: 32)))
  }

  @Test("a byte flipped at every position: the record doesn't open")
  func flipped() throws {
    let (_, record, place) = try stored()
    let key = try key()
    #expect(RecordSeal.open(record, identity: place.identity, key: key) != nil)
    for position in record.bytes.indices {
      var bytes = record.bytes
      bytes[position] ^= 1
      guard let damaged = SealedRecord(bytes) else { continue }
      #expect(RecordSeal.open(damaged, identity: place.identity, key: key) == nil, "flipped at \(position)")
    }
  }

  @Test("cut at every length, or followed by anything: the record doesn't open")
  func cut() throws {
    let (_, record, place) = try stored()
    let key = try key()
    for length in record.bytes.indices {
      guard let damaged = SealedRecord(Array(record.bytes.prefix(length))) else { continue }
      #expect(RecordSeal.open(damaged, identity: place.identity, key: key) == nil, "cut at \(length)")
    }
    let longer = try #require(SealedRecord(record.bytes + [0]))
    #expect(RecordSeal.open(longer, identity: place.identity, key: key) == nil)
  }

  @Test("3,000 mutations of the sealed bytes: none opens")
  func mutated() throws {
    let (_, record, place) = try stored()
    let key = try key()
    var generator = SplitMix(seed: 20_261_121)
    for _ in 0..<3000 {
      var bytes = record.bytes
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      guard bytes != record.bytes, let damaged = SealedRecord(bytes) else { continue }
      #expect(RecordSeal.open(damaged, identity: place.identity, key: key) == nil)
    }
  }

  @Test("moved to another identity, or under another master key: the record doesn't open")
  func moved() throws {
    let (_, record, place) = try stored()
    #expect(RecordSeal.open(record, identity: place.server, key: try key()) == nil)
    #expect(RecordSeal.open(record, identity: place.identity, key: try key(8)) == nil)
  }

  @Test("a record moved between the insecure and the verifying identity: full, damaged, and the connection is made")
  func movedToVerifying() throws {
    var insecure = try Client()
    insecure.configuration.verification = .insecure
    try insecure.visit()
    let key = try #require(try insecure.store.fold(nil as RecordKey?) { $0 ?? $1.key })
    let record = try #require(try insecure.store.read(key))
    let store = Swapped { _ in record }
    let client = try Client(store: store)
    #expect(try client.exchange().reason == .damaged)
    #expect(client.server.waitForConnections(1)[0].clientHello?.offersResumption == false)
  }

  @Test("damaged, foreign and hostile contents: full, damaged, exchanged", arguments: Mode.allCases)
  func hostileContents(mode: Mode) throws {
    let master = try key()
    let sample = try #require(TicketContents.sample)
    var foreign = sample
    foreign.gnutlsVersion = TicketContents.anotherGnuTLS
    var dummy = sample
    dummy.gnutlsVersion = GnuTLSVersion.current
    dummy.sessionData = DummySessionData.bytes
    for contents in [foreign.bytes, dummy.bytes, [], [0], Array(sample.bytes.dropLast()), sample.bytes + [0]] {
      let store = Swapped { place in
        try? RecordSeal.seal(
          contents, kind: mode == .tls13 ? .ticket : .session, expiry: .max, identity: place.identity, key: master)
      }
      let client = try Client(mode.script, store: store)
      #expect(try client.exchange().reason == .damaged)
      #expect(client.server.waitForConnections(1)[0].clientHello?.offersResumption == false)
    }
  }

  @Test("a record sealed under another key, put in place of ours: full, damaged")
  func otherKey() throws {
    let other = try key(9)
    let contents = try #require(TicketContents.sample).bytes
    let store = Swapped { place in
      try? RecordSeal.seal(contents, kind: .ticket, expiry: .max, identity: place.identity, key: other)
    }
    #expect(try Client(store: store).exchange().reason == .damaged)
  }

  @Test("older master keys still open what they sealed; a lost key is an empty store")
  func olderKeys() throws {
    var client = try Client()
    try client.visit()
    let old = try key()
    let new = try key(8)
    func engine(_ ring: KeyRing) -> Resumption { Resumption(store: client.store, masterKey: .keys(ring)) }
    client.configuration.resumption = engine(KeyRing(newest: new, older: [old]))
    #expect(try client.visit().isResumed)
    client.configuration.resumption = engine(KeyRing(newest: try key(3)))
    #expect(try client.visit().reason == .noTicket)
  }
}

/// A generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
