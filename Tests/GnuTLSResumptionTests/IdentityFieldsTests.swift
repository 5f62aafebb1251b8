import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("What a record says of its identity")
struct IdentityFieldsTests {
  private static let kinds: [VerificationKind] = [
    .engine(pins: []), .engine(pins: [PublicKeyPin(Array(0..<32))].compactMap(\.self)), .application, .none,
  ]

  private static var identities: [ConnectionIdentity] {
    let server = ServerIdentity(name: "example.com", port: 443)
    var plain = ConnectionIdentity(server: server)
    plain.priority = ""
    return [ConnectionIdentity(server: server), plain, .sample]
  }

  @Test("is read back as it was written; every cut, and anything behind, is refused")
  func roundTrip() {
    for identity in Self.identities {
      for kind in Self.kinds {
        let bytes = IdentityFields.kept(identity, kind)
        #expect(IdentityFields(bytes) == IdentityFields(identity, kind))
        for length in bytes.indices { #expect(IdentityFields(Array(bytes.prefix(length))) == nil) }
        #expect(IdentityFields(bytes + [0]) == nil)
      }
    }
  }

  @Test("mutations are refused, or read as something: nothing traps, whatever lengths and counts they tell")
  func mutated() {
    let bytes = IdentityFields.kept(.sample, .engine(pins: [PublicKeyPin(Array(0..<32))].compactMap(\.self)))
    var generator = SplitMix(seed: 11)
    var refused = 0
    for _ in 0..<10_000 {
      var changed = bytes
      changed[Int.random(in: changed.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      if IdentityFields(changed) == nil { refused += 1 }
    }
    #expect((1_000..<10_000).contains(refused))
    #expect(VerificationKind([0, 0, 0, 1, 0x78]) == nil)
  }

  @Test("is left out if it is too long, and the record is kept all the same")
  func tooLong() throws {
    var identity = ConnectionIdentity.sample
    identity.partition = String(repeating: "x", count: IdentityFields.mostKept)
    #expect(IdentityFields.kept(identity, .none).isEmpty)
    var contents = try #require(TicketContents.sample)
    contents.identityFields = []
    #expect(TicketContents(contents.bytes) == contents)
    contents.identityFields = Array(repeating: 0, count: IdentityFields.mostKept + 1)
    #expect(TicketContents(contents.bytes) == nil)
  }
}
