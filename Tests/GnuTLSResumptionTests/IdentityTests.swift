import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("Identities")
struct IdentityTests {
  private let base = ConnectionIdentity(server: ServerIdentity(name: "example.com", port: 443))

  private func digest(_ identity: ConnectionIdentity, _ kind: VerificationKind = .engine(pins: []), key: UInt8 = 1)
    throws
    -> StoreKey
  {
    try IdentityDigests.place(
      of: identity, verification: kind, key: try #require(MasterKey([UInt8](repeating: key, count: 32))))
  }

  @Test("each field by itself makes another identity; those of the server make another server")
  func everyField() throws {
    let original = try digest(base)
    let ofServer: [(inout ConnectionIdentity) -> Void] = [
      { $0.server.name = "example.org" }, { $0.server.port = 444 },
    ]
    let others: [(inout ConnectionIdentity) -> Void] = [
      { $0.expectedName = "example.org" }, { $0.applicationProtocols = ["h2"] }, { $0.applicationProtocols = [""] },
      { $0.priority = "NORMAL" }, { $0.priority = "" }, { $0.clientCertificate = [UInt8](repeating: 0, count: 32) },
      { $0.clientCertificate = [] }, { $0.partition = "p" },
      {
        $0.priority = "NORMAL"
        $0.isPriorityAppended = true
      },
    ]
    var digests: Set<Digest> = [original.identity]
    for change in ofServer + others {
      var identity = base
      change(&identity)
      digests.insert(try digest(identity).identity)
    }
    #expect(digests.count == 1 + ofServer.count + others.count)
    for change in ofServer {
      var identity = base
      change(&identity)
      #expect(try digest(identity).server != original.server)
    }
    for change in others {
      var identity = base
      change(&identity)
      #expect(try digest(identity).server == original.server)
    }
    #expect(try digest(base, .application).identity != original.identity)
    #expect(try digest(base, .none).identity != original.identity)
    #expect(try digest(base, key: 2).server != original.server)
    let pin = try #require(PublicKeyPin([UInt8](repeating: 0, count: 32)))
    let other = try #require(PublicKeyPin([UInt8](repeating: 1, count: 32)))
    let pinned = try [[], [pin], [other], [pin, other]].map { try digest(base, .engine(pins: $0)).identity }
    #expect(Set(pinned).count == 4)
  }

  @Test("bytes can't move from one field to the next: random identities collide only if they are equal")
  func injective() throws {
    var generator = SplitMix(seed: 11)
    let words = ["", "a", "b", "ab", "ba", "a\0", "\0a", "aa"]
    func word() -> String { words.randomElement(using: &generator) ?? "" }
    var seen: [Digest: ConnectionIdentity] = [:]
    for _ in 0..<3000 {
      let identity = ConnectionIdentity(
        server: ServerIdentity(name: word(), port: UInt16.random(in: 1...2, using: &generator)), expectedName: word(),
        applicationProtocols: (0..<Int.random(in: 0...2, using: &generator)).map { _ in word() },
        priority: Bool.random(using: &generator) ? word() : nil,
        clientCertificate: Bool.random(using: &generator) ? Array(word().utf8) : nil, partition: word())
      let digest = try digest(identity).identity
      if let other = seen[digest] { #expect(other == identity) }
      seen[digest] = identity
    }
    #expect(Set(seen.values).count == seen.count)
  }
}
