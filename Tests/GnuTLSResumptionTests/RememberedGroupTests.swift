import GnuTLSResumption
import ScriptableTLSServer
import Testing

@Suite("The remembered group")
struct RememberedGroupTests {
  private static let p256: UInt16 = 23
  private static let p384: UInt16 = 24

  @Test("the second contact leads with the server's group, in one key share, and saves the HelloRetryRequest")
  func leads() throws {
    var script = ServerScript()
    script.groups = ["SECP384R1"]
    script.tickets.count = 0
    let client = try Client(script)
    try client.visit()
    try client.visit()
    let seen = client.server.waitForConnections(2)
    #expect(seen.map(\.clientHellos.count) == [2, 1])
    #expect(seen[0].clientHello?.keyShares.count == 2)
    #expect(seen[1].clientHello?.keyShares == [Self.p384])
    // None is lost: a server of other groups can still choose.
    #expect(Set(seen[1].clientHello?.supportedGroups ?? []) == Set(seen[0].clientHello?.supportedGroups ?? [0]))
  }

  @Test(
    "of a server that chooses others, as several behind one name, none leads: what GnuTLS sends would serve them all")
  func varying() throws {
    var script = ServerScript()
    script.groups = ["X25519"]
    let client = try Client(script)
    try client.visit()
    for group in ["SECP256R1", "X25519", "SECP256R1"] {
      client.server.update { $0.groups = [group] }
      #expect(try client.visit().isResumed)
    }
    let seen = client.server.waitForConnections(4)
    // Once, when nobody could know.
    #expect(seen.map(\.clientHellos.count) == [1, 2, 1, 1])
    #expect(seen.map { $0.clientHello?.keyShares.count } == [2, 1, 2, 2])
  }

  @Test("the caller's own priorities stand as they are")
  func callersPriority() throws {
    var client = try Client()
    client.configuration.priority = "NORMAL"
    try client.visit()
    try client.visit()
    let shares = client.server.waitForConnections(2).map { $0.clientHello?.keyShares.count }
    #expect(shares == [2, 2])
  }
}
