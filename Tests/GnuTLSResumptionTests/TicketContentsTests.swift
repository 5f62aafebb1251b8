import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("The contents of records")
struct TicketContentsTests {
  @Test("what was written is read back")
  func roundTrip() throws {
    let sample = try #require(TicketContents.sample)
    #expect(TicketContents(sample.bytes) == sample)
    var bare = sample
    bare.applicationProtocol = nil
    bare.peerChain = []
    bare.staples = []
    #expect(TicketContents(bare.bytes) == bare)
    bare.applicationProtocol = []
    #expect(TicketContents(bare.bytes) == bare)
    bare.marksID = []
    #expect(TicketContents(bare.bytes) == bare)
    var given = sample
    given.verdict?.inputs = nil
    given.verdict?.contents = TrustContents.sample
    #expect(TicketContents(given.bytes) == given)
  }

  @Test("every cut, and anything behind, is refused")
  func cut() throws {
    let bytes = try #require(TicketContents.sample).bytes
    for length in bytes.indices { #expect(TicketContents(Array(bytes.prefix(length))) == nil) }
    #expect(TicketContents(bytes + [0]) == nil)
    let given = try #require(TrustContents.sample)
    var encoded: [UInt8] = []
    given.append(to: &encoded)
    for length in 0..<encoded.count {
      var reader = ByteReader(encoded.prefix(length))
      #expect(TrustContents(&reader) == nil)
    }
    var unequal = try #require(TicketContents.sample)
    unequal.staples.removeLast()
    #expect(TicketContents(unequal.bytes) == nil)
  }

  @Test("10,000 mutations are refused, or read as what they say")
  func mutated() throws {
    let bytes = try #require(TicketContents.sample).bytes
    var generator = SplitMix(seed: 7)
    for _ in 0..<10_000 {
      var changed = bytes
      for _ in 0..<3 {
        changed[Int.random(in: changed.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      if let contents = TicketContents(changed) { #expect(contents.bytes == changed) }
    }
  }

  @Test("a server's note is read back; every cut is refused")
  func note() {
    var note = ServerNote(server: ServerIdentity(name: "example.com", port: 443))
    note.pace.cameNot(now: 100)
    note.offers.suspect(.data, now: 100)
    note.noteHandshake(took: 5_000)
    note.hasResumedTLS12 = true
    note.group.chose("X25519")
    #expect(ServerNote(note.bytes) == note && note.group.remembered == "X25519")
    for length in note.bytes.indices { #expect(ServerNote(Array(note.bytes.prefix(length))) == nil) }
    var rested = note
    rested.noteEarlyDataFailed(now: 100)
    #expect(ServerNote(rested.bytes) == rested && rested.bytes.count == note.bytes.count)
    #expect(!rested.mayBeSentEarlyData(now: 86_499) && rested.mayBeSentEarlyData(now: 86_500))
    // A clock that was set back.
    #expect(rested.mayBeSentEarlyData(now: -1_000))
    #expect(rested.mayBeOpenedFast(now: 100))
    rested.noteFastOpenFailed(now: 200)
    #expect(ServerNote(rested.bytes) == rested && rested.bytes.count == note.bytes.count)
    #expect(!rested.mayBeOpenedFast(now: 86_599) && rested.mayBeOpenedFast(now: 86_600))
    #expect(rested.mayBeOpenedFast(now: -1_000) && !rested.mayBeSentEarlyData(now: 86_499))
    #expect(ServerNote(note.bytes + [0]) == nil)
    // One content has one spelling: no time where nothing rests, and no name but in its normal form.
    var timed = ServerNote(server: note.server).bytes
    timed[22] = 1
    #expect(ServerNote(timed) == nil)
    let capital = ServerNote(server: note.server).bytes.map { $0 == UInt8(ascii: "x") ? UInt8(ascii: "X") : $0 }
    #expect(ServerNote(capital) == nil)
  }

  @Test("an address is of IPv4, IPv6, or none")
  func address() throws {
    var contents = try #require(TicketContents.sample)
    for address in [[], [127, 0, 0, 1], [UInt8](1...16)] as [[UInt8]] {
      contents.address = address
      #expect(TicketContents(contents.bytes) == contents)
    }
    for address in [[1, 2, 3], [UInt8](1...17)] as [[UInt8]] {
      contents.address = address
      #expect(TicketContents(contents.bytes) == nil)
    }
  }

  @Test("what is known of a farm is read back, and nothing that contradicts itself")
  func farm() throws {
    var note = ServerNote(server: ServerIdentity(name: "example.com", port: 443))
    let before = note.bytes
    for _ in 0..<3 {
      note.farm.declined(isElsewhere: false, now: 1_800_000_000)
      #expect(ServerNote(note.bytes) == note)
      for length in note.bytes.indices { #expect(ServerNote(Array(note.bytes.prefix(length))) == nil) }
    }
    #expect(note.farm.isFarm(now: 1_800_000_000) && note.farm.misses == 2)
    let start = try #require(zip(before, note.bytes).enumerated().first { $1.0 != $1.1 }?.offset) - 1
    for (index, byte) in [(start, 1), (start + 2, 0x80)] as [(Int, UInt8)] {
      var changed = note.bytes
      changed[index] = byte
      #expect(ServerNote(changed) == nil)
    }
  }

  @Test("a note doesn't open elsewhere, nor damaged")
  func noteSeal() throws {
    let key = try #require(MasterKey([UInt8](repeating: 1, count: 32)))
    let one = try #require(Digest([UInt8](repeating: 1, count: 32)))
    let other = try #require(Digest([UInt8](repeating: 2, count: 32)))
    let note = try NoteSeal.seal([1, 2, 3], server: one, identity: nil, key: key)
    #expect(NoteSeal.open(note, server: one, identity: nil, key: key) == [1, 2, 3])
    #expect(NoteSeal.open(note, server: other, identity: nil, key: key) == nil)
    #expect(NoteSeal.open(note, server: one, identity: other, key: key) == nil)
    for position in note.indices {
      var damaged = note
      damaged[position] ^= 0x80
      #expect(NoteSeal.open(damaged, server: one, identity: nil, key: key) == nil)
    }
    for length in note.indices {
      #expect(NoteSeal.open(Array(note.prefix(length)), server: one, identity: nil, key: key) == nil)
    }
  }
}
