import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("One configuration for many connections: what it has loaded is believed only where it fits")
struct SharedConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ fixture: String) throws -> String {
    try String(contentsOfFile: Client.fixture(fixture), encoding: .utf8)
  }

  @Test("a second server's root is in the same bundle: loaded then")
  func secondRoot() throws {
    var client = try Client()
    client.policy = .file(try folder.write("trust.pem", text("rsa-root.pem") + text("ecdsa-root.pem")))
    for certificate in ["ecdsa", "rsa", "ecdsa", "rsa"] {
      _ = try client.store.removeAll()
      try client.server.replaceCertificates([Client.certificate(certificate)])
      #expect(try client.visit().reason == .noTicket)
    }
  }

  @Test("after many servers' roots, and for the signers of stapled responses, all of the bundle is loaded")
  func manyRoots() throws {
    let leaves = try (0..<12).map { try CertificateAuthority(AuthorityOptions(name: "Root \($0)")).issue() }
    let policy = VerificationPolicy.file(try folder.write("trust.pem", leaves.flatMap(\.issuer.certificate)))
    let chains = try leaves.map { try Credentials.chain(inFile: folder.write("leaf.pem", $0.leaf)) }
    let credentials = try Credentials(policy: policy)
    let some = try credentials.anchors(for: chains[0], staples: [[]])
    #expect(some.names != nil)
    #expect(try credentials.anchors(for: chains[0], staples: [[]]) === some)
    for chain in chains { #expect(try credentials.anchors(for: chain, staples: [[]]) !== some || chain == chains[0]) }
    let all = try credentials.anchors(for: chains[11], staples: [[]])
    #expect(all.names == nil)
    #expect(try credentials.anchors(for: chains[0], staples: [[]]) === all)
    let fresh = try Credentials(policy: policy)
    _ = try fresh.anchors(for: chains[0], staples: [[]])
    #expect(try fresh.anchors(for: chains[0], staples: [[1]]).names == nil)
  }

  @Test("other anchors, before any have been loaded: the new ones count", arguments: Mode.allCases)
  func otherAnchors(mode: Mode) throws {
    let client = try Client(mode.script)
    try client.visit()
    var other = try client.anew()
    #expect(try other.visit().isResumed)
    #expect(!other.configuration.credentials.hasLoadedTrust)
    other.policy = .file(Client.fixture("rsa-root.pem"))
    let error = #expect(throws: ConnectionError.self) { try other.connect() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("a revocation list, before any trust has been loaded: it counts", arguments: Mode.allCases)
  func revocationList(mode: Mode) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    let client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    var other = try client.anew()
    #expect(try other.visit().isResumed)
    #expect(!other.configuration.credentials.hasLoadedTrust)
    other.policy.revocationLists = [
      RawPath(try folder.write("list.pem", root.revocationList(revoking: [leaf])))
    ]
    let error = #expect(throws: ConnectionError.self) { try other.connect() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("of several lists by one issuer the newest counts, as with GnuTLS")
  func listsOfOneIssuer() throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    let now = WallTime.now().seconds
    let old = try folder.write("old.pem", root.revocationList(revoking: [leaf], thisUpdate: now - 3600))
    let new = try folder.write("new.pem", root.revocationList(thisUpdate: now - 60))
    var client = try Client(serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    for lists in [[old, new], [new, old]] {
      client.policy.revocationLists = lists.map { RawPath($0) }
      #expect(throws: Never.self) { try client.visitAnew() }
    }
    client.policy.revocationLists = [RawPath(old)]
    #expect(throws: ConnectionError.self) { try client.visitAnew() }
  }

  @Test(
    "the client's certificate is shown, and another one once its files, or their paths, are others",
    arguments: Mode.allCases)
  func keyPair(mode: Mode) throws {
    var script = mode.script
    script.clientCertificate = .required
    var client = try Client(script)
    func leaf(_ kind: String) throws -> [UInt8] {
      try #require(try Credentials.chain(inFile: Client.fixture("\(kind)-client.pem")).first)
    }
    func write(_ kind: String) throws {
      try folder.write("client.pem", text("\(kind)-client.pem"))
      try folder.write("client.key", text("\(kind)-client.key"))
    }
    try write("ecdsa")
    client.configuration.clientCertificate = PEMKeyPair(
      certificate: folder.file("client.pem"), key: folder.file("client.key"))
    #expect(try client.exchange().reason == .noTicket)
    #expect(try client.exchange().isResumed)
    try write("rsa")
    #expect(try client.exchange().reason == .policyChanged)
    client.configuration.clientCertificate = PEMKeyPair(
      certificate: Client.fixture("ecdsa-client.pem"), key: Client.fixture("ecdsa-client.key"))
    #expect(try client.exchange().isResumed)
    _ = try client.store.removeAll()
    #expect(try client.exchange().reason == .noTicket)
    let seen = client.server.waitForConnections(5)
    #expect([0, 2, 4].map { seen[$0].clientCertificate } == [try leaf("ecdsa"), try leaf("rsa"), try leaf("ecdsa")])
  }
}
