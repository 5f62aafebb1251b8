import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Stapled OCSP responses")
struct StapledResponseTests {
  @Test("speak for their certificate until the next is due; none at all is no objection", .needs(.openssl))
  func good() throws {
    let der = try OCSPResponder.response(for: CertificateAuthority().issue())
    let now = WallTime.now().seconds
    #expect(StapledResponse.isGood(der, now: now))
    #expect(!StapledResponse.isGood(der, now: now + 2 * 24 * 3600))
    #expect(!StapledResponse.isGood(Array(der.dropLast()), now: now))
    #expect(StapledResponse.isGood([], now: now))
    let endless = try OCSPResponder.response(for: CertificateAuthority().issue(), minutes: nil)
    #expect(StapledResponse.isGood(endless, now: now + 14 * 24 * 3600))
    #expect(!StapledResponse.isGood(endless, now: now + 16 * 24 * 3600))
  }

  @Test("of a responder that has none now count as none, as with GnuTLS", arguments: Mode.allCases)
  func unsuccessful(mode: Mode) throws {
    let root = try CertificateAuthority()
    var certificate = try root.issue().serverCertificate
    // An OCSPResponse of the status tryLater, and without more (RFC 6960, section 4.2.1).
    certificate.stapledResponses = [[0x30, 0x03, 0x0a, 0x01, 0x03]]
    let client = try Client(mode.script, serving: certificate, trusting: .anchors(pem: root.certificate))
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
  }

  @Test("may be signed by any anchor, also by one that the chain doesn't name", .needs(.openssl))
  func otherSigner() throws {
    let root = try CertificateAuthority()
    let other = try CertificateAuthority(AuthorityOptions(name: "Responder"))
    let leaf = try root.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, signer: other)]
    var client = try Client(serving: certificate, trusting: .anchors(pem: root.certificate + other.certificate))
    client.policy.verdictLifetime = 0
    #expect(try client.visitAnew().outcome.reason == .noTicket)
    #expect(try client.visitAnew().outcome.isResumed)
  }

  /// By a responder whose certificate ends in an hour.
  private func delegated(by root: CertificateAuthority, for leaf: IssuedCertificate) throws -> [UInt8] {
    var options = CertificateOptions(dnsNames: ["responder"])
    options.purpose = .ocspSigning
    options.notAfter = WallTime.now().seconds + 3600
    return try OCSPResponder.response(for: leaf, delegate: root.issue(options))
  }

  @Test(
    "of a responder whose certificate has expired since: not offered, and refused", .needs(.openssl),
    arguments: Mode.allCases, [0, 86_400] as [Int64])
  func expiredResponder(mode: Mode, verdictLifetime: Int64) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try delegated(by: root, for: leaf)]
    var client = try Client(mode.script, serving: certificate, trusting: .anchors(pem: root.certificate))
    client.policy.verdictLifetime = verdictLifetime
    try client.visitAnew()
    #expect(try client.visitAnew().outcome.isResumed)
    client.clock.advance(seconds: 7200)
    GnuTLSClock.shifted(bySeconds: 7200) {
      let error = #expect(throws: ConnectionError.self) { () throws in try client.visitAnew() }
      #expect(error?.code == .notTrusted)
    }
    #expect(client.server.waitForConnections(3)[2].clientHello?.offersResumption == false)
  }

  @Test("are valid as long as who has signed them, and whoever has issued that", .needs(.openssl))
  func signers() throws {
    let now = WallTime.now().seconds
    let root = try CertificateAuthority()
    let staple = try delegated(by: root, for: root.issue())
    let validity = unsafe StapledResponse.validityOfSigners(of: [[], staple], around: now, trust: nil)
    #expect(validity.contains(now + 3590) && !validity.contains(now + 3610))
    // One that was out of its dates from the beginning has not been what made it good.
    #expect(unsafe StapledResponse.validityOfSigners(of: [staple], around: now + 7200, trust: nil) == Validity())
    let list = try Credentials(policy: .anchors(pem: root.renewed { $0.notAfter = now + 1800 }.certificate))
    let anchors = try list.anchors(for: [], staples: [staple])
    let trust = unsafe CertificateCredentials.trustList(of: anchors.pointer)
    let both = unsafe StapledResponse.validityOfSigners(of: [staple], around: now, trust: trust)
    #expect(both.contains(now + 1790) && !both.contains(now + 1810))
  }

  @Test("that were stored are believed only if who has signed them may do so now", .needs(.openssl))
  func storedSigner() throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    let folder = try TemporaryFolder()
    let chain = try Credentials.chain(inFile: folder.write("leaf.pem", leaf.leaf))
    let server = try TLSServer(certificate: leaf.serverCertificate)
    let session = try RawSession(port: server.port)
    let policy = VerificationPolicy.anchors(pem: root.certificate)
    let verifier = PeerVerifier(
      credentials: try Credentials(policy: policy), policy: policy, expectedName: "localhost")
    func judge(_ staple: [UInt8]) throws {
      let anchors = try verifier.credentials.anchors(for: chain, staples: [staple])
      let now = WallTime.now().seconds
      try verifier.verify(
        chain: chain, staples: [staple], anchors, now: now, for: unsafe SessionHandle(session.pointer))
    }
    try judge(OCSPResponder.response(for: leaf))
    try judge(delegated(by: root, for: leaf))
    let stranger = try CertificateAuthority(AuthorityOptions(name: "Stranger"))
    let error = #expect(throws: VerificationFailure.self) {
      try judge(OCSPResponder.response(for: leaf, signer: stranger))
    }
    #expect(error?.message.contains("isn't signed") == true)
    let staple = try delegated(by: root, for: leaf)
    GnuTLSClock.shifted(bySeconds: 7200) {
      _ = #expect(throws: VerificationFailure.self) { () throws in try judge(staple) }
    }
  }

  @Test("that say revoked, or are superseded, keep the ticket from being offered", .needs(.openssl))
  func refused() throws {
    let revoked = try OCSPResponder.response(for: CertificateAuthority().issue(), .revoked)
    #expect(!StapledResponse.isGood(revoked, now: WallTime.now().seconds))
    let client = try Client()
    let chain = try Credentials.chain(inFile: Fixture.ecdsa.chain)
    try client.store(chain: chain, staples: [revoked] + chain.dropFirst().map { _ in [] })
    #expect(try client.visit().reason == .trustChanged)
    #expect(client.server.connections.first?.clientHello?.offersResumption == false)
  }
}
