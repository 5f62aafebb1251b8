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
  }

  @Test("every cut, and anything behind, is refused")
  func cut() throws {
    let bytes = try #require(TicketContents.sample).bytes
    for length in bytes.indices { #expect(TicketContents(Array(bytes.prefix(length))) == nil) }
    #expect(TicketContents(bytes + [0]) == nil)
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
    // One content has one spelling: no time where nothing rests, and no name but in its normal form.
    var timed = ServerNote(server: note.server).bytes
    timed[22] = 1
    #expect(ServerNote(timed) == nil)
    let capital = ServerNote(server: note.server).bytes.map { $0 == UInt8(ascii: "x") ? UInt8(ascii: "X") : $0 }
    #expect(ServerNote(capital) == nil)
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
