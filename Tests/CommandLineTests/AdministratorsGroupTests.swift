import ScriptableTLSServer
import TestPeers
import Testing

/// Groups that an administrator has chosen, at first and later contacts.
struct AdministratorsGroupTests {
  private static let p256: UInt16 = 23
  private static let p384: UInt16 = 24
  private static let x25519: UInt16 = 29

  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// What the client says in each of its connections to a server of some groups.
  private func hellos(_ count: Int, _ groups: [String], _ environment: [String: String]) throws -> [ClientHelloSummary]
  {
    server.update { $0.groups = groups }
    for number in 0..<count {
      let report = try tool.connect(server.port, environment: environment)
      #expect(report.isResumed == (number > 0), "\(report)")
    }
    return try server.waitForConnections(count).map { try #require($0.clientHello) }
  }

  @Test("A list of all that is allowed stands, in its order", arguments: ["SECP256R1", "X25519", "SECP384R1"])
  func allowlist(group: String) throws {
    let configuration = ConfigurationLink(in: tool.folder)
    try configuration.set("allowlist-groups")
    let seen = try hellos(3, [group], configuration.environment)
    let all = [Self.p384, Self.x25519, Self.p256]
    #expect(seen[0].supportedGroups == all && seen[0].keyShares == [Self.p384, Self.x25519])
    for hello in seen {
      #expect(Set(hello.supportedGroups) == Set(all) && hello.supportedGroups.first == Self.p384)
      #expect(hello.keyShares.first == Self.p384)
      #expect(Set(hello.cipherSuites).isDisjoint(with: [0x1303, 0x1304]), "ciphers that are not allowed")
      #expect(hello.pskKeyExchangeModes == [1])
    }
    // What is needed for this server, as without the note.
    #expect(seen[2].keyShares == (group == "SECP384R1" ? [Self.p384] : [Self.p384, Self.x25519]))
  }

  @Test("With a hybrid group, as far as a program can see, no key share is left out", .needs(.compiler))
  func hybrid() throws {
    let standIn = ["LD_PRELOAD": try CompiledClients.path(.hybridGroup)]
    let seen = try hellos(3, ["SECP256R1"], standIn)
    #expect(seen.map(\.keyShares.count) == [2, 2, 2])
    #expect(seen.allSatisfy { $0.keyShares.contains(Self.p256) && $0.supportedGroups.count > 5 })
    // By itself the group that the server has chosen is enough.
    #expect(try tool.connect(server.port).isResumed)
    #expect(server.waitForConnections(4).last?.clientHello?.keyShares == [Self.p256])
  }
}
