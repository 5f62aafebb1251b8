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
