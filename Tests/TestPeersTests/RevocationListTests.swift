import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Certificate revocation lists, judged by plain GnuTLS and openssl.
struct RevocationListTests {
  private let root: CertificateAuthority
  private let intermediate: CertificateAuthority

  init() throws {
    root = try CertificateAuthority()
    intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
  }

  private func status(_ leaf: IssuedCertificate, _ lists: [UInt8]...) throws -> CertificateStatus {
    // The intermediate is trusted too: GnuTLS verifies a list by what is trusted.
    try PlainVerification(roots: root.certificate + intermediate.certificate, revocationLists: lists)
      .status(of: leaf.chain)
  }

  @Test func aRevokedLeafIsRefusedAndItsSiblingIsNot() throws {
    let (revoked, sibling) = (try root.issue(), try root.issue())
    let list = try root.revocationList(revoking: [revoked])
    #expect(try status(revoked, list) == [.invalid, .revoked])
    #expect(try status(sibling, list) == [])
    #expect(try status(revoked, root.revocationList()) == [])
    let lower = try intermediate.issue()
    #expect(try status(lower, intermediate.revocationList(revoking: [lower])) == [.invalid, .revoked])
    #expect(try status(lower, root.revocationList(revoking: [lower])) == [])
  }

  @Test func aRevokedIntermediateIsRefused() throws {
    let list = try root.revocationList(authorities: [intermediate])
    let trust = try PlainVerification(roots: root.certificate, revocationLists: [list])
    #expect(try trust.status(of: intermediate.issue().chain) == [.invalid, .revoked])
    #expect(try trust.status(of: root.issue().chain) == [])
  }

  @Test func aListOfYesterdayOrOfAnotherAuthorityIsNotTaken() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let leaf = try root.issue()
    let superseded = try root.revocationList(thisUpdate: now - 7_200, nextUpdate: now - 3_600)
    let early = try root.revocationList(thisUpdate: now + 3_600, nextUpdate: now + 7_200)
    let foreign = try CertificateAuthority().revocationList(revoking: [leaf])
    for list in [superseded, early, foreign] {
      #expect(throws: PeerError.self) { try status(leaf, list) }
    }
  }

  @Test(.needs(.openssl)) func opensslAgrees() throws {
    let (revoked, sibling) = (try root.issue(), try root.issue())
    let folder = try TemporaryFolder()
    let authority = try folder.write("root.pem", root.certificate)
    let list = try folder.write("list.pem", root.revocationList(revoking: [revoked]))
    func verify(_ leaf: IssuedCertificate) throws -> ProcessResult {
      let file = try folder.write("leaf.pem", leaf.leaf)
      return try ProcessRunner.run(
        ["openssl", "verify", "-x509_strict", "-crl_check", "-CRLfile", list, "-CAfile", authority, file])
    }
    #expect(try verify(sibling).status == 0)
    #expect(try verify(revoked).output.contains("certificate revoked"))
  }
}
