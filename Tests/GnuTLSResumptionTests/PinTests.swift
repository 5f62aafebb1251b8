import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Pinned public keys")
struct PinTests {
  /// The pin of a certificate's key as OpenSSL computes it.
  private func pin(of path: String) throws -> PublicKeyPin {
    let commands =
      "openssl x509 -in \(path) -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64"
    let result = try ProcessRunner.run(["sh", "-c", commands])
    return try #require(PublicKeyPin(base64: result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @Test("of leaf, intermediate and anchor each will do; resumed too", .needs(.openssl), arguments: Mode.allCases)
  func anywhere(mode: Mode) throws {
    let fixture = Fixture.ecdsa
    for path in [fixture.leaf, fixture.intermediate, Client.fixture("ecdsa-root.pem")] {
      var client = try Client(mode.script)
      client.policy.pins = [try pin(of: path)]
      #expect(try client.visitAnew().outcome.reason == .noTicket)
      #expect(try client.visitAnew().outcome.isResumed)
      client.policy.verdictLifetime = 0
      #expect(try client.visitAnew().outcome.isResumed)
    }
  }

  @Test("one that doesn't match, added later: not offered, and refused", .needs(.openssl), arguments: Mode.allCases)
  func added(mode: Mode) throws {
    var client = try Client(mode.script)
    try client.visit()
    client.policy.pins = [try pin(of: Client.fixture("rsa-root.pem"))]
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(2)[1].clientHello?.offersResumption == false)
    client.policy.pins.insert(try pin(of: Fixture.ecdsa.leaf))
    #expect(try client.visitAnew().outcome.reason == .policyChanged)
  }

  @Test("a certificate that the server merely sends along doesn't satisfy a pin", .needs(.openssl))
  func notInThePath() throws {
    var client = try Client()
    let other = Client.fixture("rsa-root.pem")
    let chain = try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.chain))
    let extra = try Data(contentsOf: URL(fileURLWithPath: other))
    let key = try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-leaf.key")))
    try client.server.replaceCertificates([ServerCertificate(chain: Array(chain + extra), key: Array(key))])
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    client.policy.pins = [try pin(of: other)]
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
  }

  @Test("one that the verified path, by other anchors, doesn't reach any more: not offered", .needs(.openssl))
  func shorterPath() throws {
    let folder = try TemporaryFolder()
    let root = try CertificateAuthority()
    let intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
    let trust = try folder.write("trust.pem", root.certificate)
    var client = try Client(serving: intermediate.issue().serverCertificate, trusting: .file(trust))
    client.policy.pins = [try pin(of: trust)]
    try client.visit()
    #expect(try client.visitAnew().outcome.isResumed)
    try folder.write("trust.pem", intermediate.certificate)
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
    #expect(client.server.waitForConnections(3).map { $0.clientHello?.offersResumption } == [false, true, false])
  }

  @Test("of two ways that GnuTLS tries, that which fails satisfies no pin", .needs(.openssl))
  func twoWays() throws {
    let folder = try TemporaryFolder()
    let root = try CertificateAuthority()
    let issuer = try CertificateAuthority(AuthorityOptions(name: "Authority"), issuer: root)
    // Of the same name as its issuer, and an anchor itself, by a certificate that hasn't expired.
    let anchor = try CertificateAuthority(AuthorityOptions(name: "Authority"))
    let expired = try anchor.certified(by: issuer) {
      $0.notBefore = WallTime.now().seconds - 7200
      $0.notAfter = WallTime.now().seconds - 3600
    }
    let leaf = try expired.issue()
    var client = try Client(
      serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate + anchor.certificate))
    client.policy.pins = [try pin(of: folder.write("anchor.pem", anchor.certificate))]
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    client.policy.pins = [try pin(of: folder.write("root.pem", root.certificate))]
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
  }

  @Test("a certificate that only a revocation list was asked for doesn't satisfy a pin", .needs(.openssl))
  func notInThePathButInTheLists() throws {
    let folder = try TemporaryFolder()
    // The intermediate is the anchor, so that GnuTLS doesn't know where the chain ends; what follows seems to be of it.
    let intermediate = try CertificateAuthority(
      AuthorityOptions(name: "Intermediate"), issuer: CertificateAuthority())
    let leaf = try intermediate.issue()
    let stranger = try CertificateAuthority(AuthorityOptions(name: "Intermediate")).issue()
    let certificate = ServerCertificate(chain: leaf.leaf + intermediate.certificate + stranger.leaf, key: leaf.key)
    var client = try Client(serving: certificate, trusting: .anchors(pem: intermediate.certificate))
    client.policy.revocationLists = [RawPath(try folder.write("list.pem", intermediate.revocationList()))]
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    client.policy.pins = [try pin(of: folder.write("stranger.pem", stranger.leaf))]
    let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
    #expect(error?.code == .notTrusted)
  }

  @Test("are read in base64 with and without curl's prefix; anything else is nothing")
  func base64() throws {
    let digest = [UInt8](0..<32)
    let text = Data(digest).base64EncodedString()
    #expect(PublicKeyPin(base64: text)?.digest == digest)
    #expect(PublicKeyPin(base64: "sha256//\(text)")?.digest == digest)
    for wrong in ["", "sha256//", "sha1//\(text)", String(text.dropLast(8)), "%%%%", text + text] {
      #expect(PublicKeyPin(base64: wrong) == nil)
    }
    #expect(PublicKeyPin([1]) == nil)
  }
}
