import GnuTLSResumption
import ScriptableTLSServer
import ServerProbe
import TestPeers
import Testing

/// A name with several addresses.
struct AddressTests {
  /// Machines of one port, at 127.0.0.1, 127.0.0.2 and so on, each with a key of its own or all with one.
  private static func farm(
    _ keys: [TicketKey], _ script: ServerScript = ServerScript(), certificate: ServerCertificate? = nil
  ) throws -> [TLSServer] {
    let own = try Fixture.ecdsa.serverCertificate
    let first = try TLSServer(certificates: [own], script: script, ticketKey: keys[0])
    return try [first]
      + keys.enumerated().dropFirst().map { index, key in
        try TLSServer(
          certificates: [certificate ?? own], script: script, ticketKey: key, host: UInt8(index + 1), port: first.port)
      }
  }

  private static let addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]

  @Test("machines that share their key take each other's tickets, and others don't", arguments: [true, false])
  func farm(isShared: Bool) throws {
    let keys = (1...3).map { TicketKey(repeating: isShared ? 7 : $0) }
    let servers = try Self.farm(keys)
    let findings = try Probing.run(servers[0].port, at: Self.addresses)
    #expect(findings.home == "127.0.0.1" && findings.addressCount == 3 && findings.resumes == .yes)
    #expect(findings.sharesKeys == isShared)
    #expect(findings.others.map(\.address) == ["127.0.0.2", "127.0.0.3"])
    #expect(findings.others.allSatisfy { $0.outcome == (isShared ? .resumed : .declined) })
    #expect(servers.dropFirst().allSatisfy { $0.connections.count == 1 && $0.connections[0].isResumed == isShared })
    #expect(findings.tls12 != nil && findings.connections <= 10)
  }

  @Test("so it is in TLS 1.2", arguments: [true, false])
  func olderFarm(isShared: Bool) throws {
    var script = ServerScript()
    script.versions = .tls12
    let servers = try Self.farm((1...2).map { TicketKey(repeating: isShared ? 7 : $0) }, script)
    let findings = try Probing.run(servers[0].port, at: Array(Self.addresses.prefix(2)))
    #expect(findings.sharesKeys == isShared && findings.resumes == .yes)
    #expect(servers[1].connections.map(\.isResumed) == [isShared])
  }

  @Test("addresses that nobody answers at are passed over, and told")
  func dead() throws {
    let server = try Probing.server()
    let findings = try Probing.run(server.port, at: ["127.0.0.9", "127.0.0.1", "127.0.0.8"])
    #expect(findings.home == "127.0.0.1" && findings.resumes == .yes && findings.sharesKeys == nil)
    #expect(findings.failures.map(\.step) == [.first, .otherAddress])
    #expect(findings.failures.map(\.address) == ["127.0.0.9", "127.0.0.8"])
    #expect(findings.others.map(\.address) == ["127.0.0.9", "127.0.0.8"])
    #expect(findings.failures.allSatisfy { $0.error == .notConnected })
    #expect(findings.others.allSatisfy { $0.outcome == .failed } && findings.connections <= 10)
  }

  @Test("a machine that isn't trusted is told, whatever it takes", arguments: [true, false])
  func untrusted(isShared: Bool) throws {
    let keys = (1...2).map { TicketKey(repeating: isShared ? 7 : $0) }
    let servers = try Self.farm(keys, certificate: try Fixture.ecdsa.expiredServerCertificate)
    let findings = try Probing.run(servers[0].port, at: Array(Self.addresses.prefix(2)))
    // Whoever has the key has shown no certificate: its peer is the one who was trusted.
    #expect(findings.others.map(\.outcome) == [isShared ? .resumed : .failed])
    #expect(findings.failures.map(\.error) == (isShared ? [] : [.notTrusted]))
  }

  @Test("each address is tried once, however often it was given")
  func repeated() throws {
    let addresses = try AddressChoice(insteadOfResolver: ["127.0.0.1", "::1", "127.0.0.1", "0:0::1"])
      .addresses(of: "localhost", port: 443)
    #expect(addresses == ["127.0.0.1", "::1"])
    let one = AddressChoice(family: .ipv4, insteadOfResolver: ["::1", "127.0.0.1"])
    #expect(try one.addresses(of: "localhost", port: 443) == ["127.0.0.1"])
    let none = AddressChoice(family: .ipv6, insteadOfResolver: ["127.0.0.1"])
    #expect(throws: ConnectionError.self) { try none.addresses(of: "localhost", port: 443) }
  }
}
