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
