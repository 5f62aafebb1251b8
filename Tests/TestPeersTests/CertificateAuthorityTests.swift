import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Authorities and what they issue, judged by plain GnuTLS.
struct CertificateAuthorityTests {
  private static let now = Int64(Date().timeIntervalSince1970)
  private static let day: Int64 = 86_400

  private static func intermediate(
    _ name: String = "Intermediate", of issuer: CertificateAuthority,
    _ change: (inout AuthorityOptions) -> Void = { _ in }
  ) throws -> CertificateAuthority {
    var options = AuthorityOptions(name: name)
    options.keyType = issuer.options.keyType
    change(&options)
    return try CertificateAuthority(options, issuer: issuer)
  }

  private static func status(
    _ chain: [UInt8], trusting roots: CertificateAuthority..., name: String = "localhost",
    profile: PlainVerification.Profile = .any
  ) throws -> CertificateStatus {
    try PlainVerification(roots: Array(roots.map(\.certificate).joined())).status(
      of: chain, name: name, profile: profile)
  }

  @Test(arguments: [CertificateOptions.KeyType.ecdsa, .ecdsaP384, .rsa])
  func goodChainsVerify(type: CertificateOptions.KeyType) throws {
    var options = AuthorityOptions()
    options.keyType = type
    let root = try CertificateAuthority(options)
    let lower = try Self.intermediate("Lower", of: Self.intermediate(of: root))
    var leaf = CertificateOptions(dnsNames: ["localhost", "example.org"])
    leaf.keyType = type
    #expect(try Self.status(root.issue(leaf).chain, trusting: root, profile: .medium) == [])
    let issued = try lower.issue(leaf)
    #expect(try Self.status(issued.chain, trusting: root, name: "example.org", profile: .medium) == [])
    #expect(try Self.status(issued.chain, trusting: root, name: "other.org") == [.invalid, .unexpectedOwner])
    #expect(try Self.status(issued.leaf, trusting: root) == [.invalid, .signerNotFound])
    #expect(try Self.status(issued.chain, trusting: CertificateAuthority()) == [.invalid, .signerNotFound])
  }

  @Test func chainsHaveTheRootOnlyWhereAskedFor() throws {
    let root = try CertificateAuthority()
    let lower = try Self.intermediate(of: root)
    let stranger = try CertificateAuthority(AuthorityOptions(name: "Stranger"))
    let issued = try lower.issue()
    #expect(issued.chain == issued.leaf + lower.certificate)
    #expect(try root.issue().chain(includingRoot: true).count > root.issue().chain.count)
    let all = issued.chain(includingRoot: true, extras: [stranger.certificate])
    #expect(all == issued.leaf + lower.certificate + root.certificate + stranger.certificate)
    #expect(try Self.status(issued.chain(includingRoot: true), trusting: root) == [])
    #expect(try Self.status(all, trusting: root) == [])
    #expect(try Self.status(issued.chain(includingRoot: true), trusting: stranger) == [.invalid, .signerNotFound])
  }

  @Test func pathLengthsHold() throws {
    var options = AuthorityOptions()
    options.pathLength = 0
    let root = try CertificateAuthority(options)
    #expect(try Self.status(root.issue().chain, trusting: root) == [])
    let tooLow = try Self.intermediate(of: root)
    #expect(try Self.status(tooLow.issue().chain, trusting: root).contains(.signerConstraintsFailure))
    options.pathLength = 1
    let higher = try CertificateAuthority(options)
    let upper = try Self.intermediate("Upper", of: higher)
    #expect(try Self.status(upper.issue().chain, trusting: higher) == [])
    let lower = try Self.intermediate("Lower", of: upper)
    #expect(try Self.status(lower.issue().chain, trusting: higher).contains(.signerConstraintsFailure))
  }

  @Test func nameConstraintsHold() throws {
    let root = try CertificateAuthority()
    let constrained = try Self.intermediate(of: root) { $0.permittedDNSNames = ["example.org"] }
    let good = try constrained.issue(CertificateOptions(dnsNames: ["www.example.org"]))
    let bad = try constrained.issue(CertificateOptions(dnsNames: ["www.example.com"]))
    #expect(try Self.status(good.chain, trusting: root, name: "www.example.org") == [])
    #expect(
      try Self.status(bad.chain, trusting: root, name: "www.example.com") == [.invalid, .signerConstraintsFailure])
  }

  @Test func datesHoldForEachCertificate() throws {
    let root = try CertificateAuthority()
    var leaf = CertificateOptions()
    leaf.notBefore = Self.now - 3 * Self.day
    leaf.notAfter = Self.now - Self.day
    #expect(try Self.status(root.issue(leaf).chain, trusting: root) == [.invalid, .expired])
    leaf.notBefore = Self.now + Self.day
    leaf.notAfter = Self.now + 3 * Self.day
    #expect(try Self.status(root.issue(leaf).chain, trusting: root) == [.invalid, .notActivated])
    let old = try Self.intermediate(of: root) {
      $0.notBefore = Self.now - 3 * Self.day
      $0.notAfter = Self.now - Self.day
    }
    #expect(try Self.status(old.issue().chain, trusting: root) == [.invalid, .expired])
    #expect(try Self.status(old.renewed { $0.notAfter = nil }.issue().chain, trusting: root) == [])
  }

  @Test func leavesCanBeRenewedWithAFreshKeyOrTheSame() throws {
    let root = try CertificateAuthority()
    let first = try root.issue()
    let fresh = try root.issue()
    let same = try root.issue(keyOf: first)
    #expect(Set([first.serial, fresh.serial, same.serial]).count == 3)
    #expect(first.key != fresh.key && first.key == same.key && first.leaf != same.leaf)
    for leaf in [first, fresh, same] { #expect(try Self.status(leaf.chain, trusting: root) == []) }
  }

  @Test func aRenewedRootOfTheSameKeyVouchesForOlderLeaves() throws {
    let root = try CertificateAuthority()
    let leaf = try Self.intermediate(of: root).issue()
    let renewed = try root.renewed { $0.notAfter = Self.now + 20 * 365 * Self.day }
    let expired = try root.renewed {
      $0.notBefore = Self.now - 3 * Self.day
      $0.notAfter = Self.now - Self.day
    }
    #expect(renewed.certificate != root.certificate && renewed.key == root.key && renewed.issuers.isEmpty)
    #expect(try Self.status(leaf.chain, trusting: renewed) == [])
    #expect(try Self.status(leaf.chain, trusting: expired) == [.invalid, .expired])
    #expect(try Self.status(leaf.chain, trusting: expired, renewed) == [])
    #expect(try Self.status(renewed.issue().chain, trusting: root) == [])
  }

  @Test func theSameNameWithAnotherKeyIsAnotherAuthority() throws {
    let root = try CertificateAuthority()
    let namesake = try CertificateAuthority()
    let leaf = try root.issue()
    #expect(namesake.options.name == root.options.name)
    #expect(try Self.status(leaf.chain, trusting: namesake) == [.invalid, .signerNotFound])
    #expect(try Self.status(leaf.chain, trusting: namesake, root) == [])
  }

  @Test func aCrossSignedAuthorityIsTrustedThroughEither() throws {
    let old = try CertificateAuthority(AuthorityOptions(name: "Old Root"))
    let new = try CertificateAuthority(AuthorityOptions(name: "New Root"))
    let crossed = try new.certified(by: old)
    let leaf = try new.issue()
    let crossLeaf = try crossed.issue()
    #expect(crossLeaf.chain == crossLeaf.leaf + crossed.certificate)
    #expect(try Self.status(leaf.chain, trusting: old) == [.invalid, .signerNotFound])
    #expect(try Self.status(leaf.leaf + crossed.certificate, trusting: old) == [])
    #expect(try Self.status(crossLeaf.chain, trusting: old) == [])
    #expect(try Self.status(crossLeaf.chain, trusting: new) == [])
    #expect(try Self.status(crossLeaf.chain, trusting: crossed.selfSigned()) == [])
  }

  @Test func aWeakKeyOrHashIsSeen() throws {
    let root = try CertificateAuthority()
    var leaf = CertificateOptions()
    leaf.keyType = .rsa1024
    let weak = try root.issue(leaf)
    #expect(try Self.status(weak.chain, trusting: root) == [])
    #expect(try Self.status(weak.chain, trusting: root, profile: .medium) == [.invalid, .insecureAlgorithm])
    let hashed = try Self.intermediate(of: root) { $0.signatureHash = .sha1 }.issue()
    #expect(try Self.status(hashed.chain, trusting: root) == [.invalid, .insecureAlgorithm])
  }
}
