import Foundation
public import ScriptableTLSServer
public import Testing

/// A chain, and how a client looks at it.
public struct ChainSample: Sendable, CustomTestStringConvertible {
  public let testDescription: String
  public let certificate: ServerCertificate
  /// In PEM.
  public let anchors: [UInt8]
  public var name = "localhost"
  public var priority: String?
  /// By which GnuTLS's clock is shifted while it verifies, in seconds.
  public var shift = 0
  /// The stored chain is verified without knowing the priority string's profile and flags.
  public var dependsOnPriority: Bool { priority != nil }
}

extension ChainSample {
  private static let year = 365 * 24 * 3600

  /// All there are.
  public static let all: [ChainSample] = {
    do {
      return try dateSamples() + contentSamples() + anchorSamples() + prioritySamples()
    } catch {
      fatalError("no samples: \(error)")
    }
  }()

  private static func chain(
    _ root: CertificateAuthority, intermediate: (inout AuthorityOptions) -> Void = { _ in },
    leaf: (inout CertificateOptions) -> Void = { _ in }
  ) throws -> IssuedCertificate {
    var authority = AuthorityOptions(name: "Intermediate")
    intermediate(&authority)
    var options = CertificateOptions()
    leaf(&options)
    return try CertificateAuthority(authority, issuer: root).issue(options)
  }

  private static func sample(_ name: String, _ leaf: IssuedCertificate, _ root: CertificateAuthority) -> ChainSample {
    ChainSample(testDescription: name, certificate: leaf.serverCertificate, anchors: root.certificate)
  }

  private static func dateSamples() throws -> [ChainSample] {
    let root = try CertificateAuthority()
    let good = try chain(root)
    var samples = [sample("good", good, root)]
    for (name, shift) in [("all expired", 20 * year), ("none valid yet", -year)] {
      var shifted = sample(name, good, root)
      shifted.shift = shift
      samples.append(shifted)
    }
    let now = Int64(Date().timeIntervalSince1970)
    samples.append(sample("leaf expired", try chain(root, leaf: { $0.notAfter = now - 10 }), root))
    samples.append(sample("leaf not yet valid", try chain(root, leaf: { $0.notBefore = now + 3600 }), root))
    samples.append(sample("intermediate expired", try chain(root, intermediate: { $0.notAfter = now - 10 }), root))
    samples.append(
      sample("intermediate not yet valid", try chain(root, intermediate: { $0.notBefore = now + 3600 }), root))
    let expired = try root.renewed { $0.notAfter = now - 10 }
    samples.append(sample("root expired", good, expired))
    return samples
  }

  private static func contentSamples() throws -> [ChainSample] {
    let root = try CertificateAuthority()
    var otherName = sample("another name", try chain(root), root)
    otherName.name = "example.com"
    var address = sample(
      "an address in the certificate",
      try chain(root, leaf: { $0.ipAddresses = [.loopback] }), root)
    address.name = "127.0.0.1"
    var noAddress = sample("an address not in the certificate", try chain(root), root)
    noAddress.name = "127.0.0.1"
    var shallow = AuthorityOptions()
    shallow.pathLength = 0
    let shallowRoot = try CertificateAuthority(shallow)
    var deep = root
    for depth in 1...18 {
      deep = try CertificateAuthority(AuthorityOptions(name: "Intermediate \(depth)"), issuer: deep)
      if depth == 13 { break }
    }
    return [
      otherName, address, noAddress,
      sample("weak hash under the leaf", try chain(root, leaf: { $0.signatureHash = .sha1 }), root),
      sample("weak hash under the intermediate", try chain(root, intermediate: { $0.signatureHash = .sha1 }), root),
      sample("for clients", try chain(root, leaf: { $0.purpose = .tlsClient }), root),
      sample("for code", try chain(root, leaf: { $0.purpose = .codeSigning }), root),
      sample("name not permitted", try chain(root, intermediate: { $0.permittedDNSNames = ["example.com"] }), root),
      sample("name permitted", try chain(root, intermediate: { $0.permittedDNSNames = ["localhost"] }), root),
      sample("path longer than the root allows", try chain(shallowRoot), shallowRoot),
      sample("path of 15 certificates", try deep.issue(), root),
      sample("RSA", try chain(root, leaf: { $0.keyType = .rsa }), root),
      sample("P-384", try chain(root, leaf: { $0.keyType = .ecdsaP384 }), root),
    ]
  }

  private static func anchorSamples() throws -> [ChainSample] {
    let root = try CertificateAuthority()
    let twin = try CertificateAuthority()
    let other = try CertificateAuthority(AuthorityOptions(name: "Other Root"))
    let middle = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
    let leaf = try middle.issue()
    let now = Int64(Date().timeIntervalSince1970)
    let expired = try root.renewed { $0.notAfter = now - 10 }
    let crossed = try root.certified(by: other)
    let crossedLeaf = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: crossed).issue()
    var samples = [
      sample("another root of the same name", leaf, twin), sample("an unknown root", leaf, other),
      sample("the intermediate as anchor", leaf, middle), sample("cross-signed, old root", crossedLeaf, other),
      sample("cross-signed, new root", crossedLeaf, root),
    ]
    samples.append(
      ChainSample(
        testDescription: "the root sent along",
        certificate: .init(chain: leaf.chain(includingRoot: true), key: leaf.key),
        anchors: root.certificate))
    samples.append(
      ChainSample(
        testDescription: "the chain out of order",
        certificate: .init(chain: leaf.leaf + root.certificate + middle.certificate, key: leaf.key),
        anchors: root.certificate))
    samples.append(
      ChainSample(
        testDescription: "an intermediate missing", certificate: .init(chain: leaf.leaf, key: leaf.key),
        anchors: root.certificate))
    let mixtures = [
      ("an expired root before a good one", expired.certificate + root.certificate),
      ("a good root before an expired one", root.certificate + expired.certificate),
      ("a root of the same name before the right one", twin.certificate + root.certificate),
      ("a root of the same name after the right one", root.certificate + twin.certificate),
      ("the intermediate and its root", middle.certificate + root.certificate),
    ]
    for (name, anchors) in mixtures {
      samples.append(ChainSample(testDescription: name, certificate: leaf.serverCertificate, anchors: anchors))
    }
    let lone = try root.issue()
    samples.append(sample("no intermediate", lone, root))
    samples.append(
      ChainSample(testDescription: "the leaf as anchor", certificate: lone.serverCertificate, anchors: lone.leaf))
    samples.append(
      ChainSample(
        testDescription: "the leaf as anchor, beside another root of its issuer's name",
        certificate: lone.serverCertificate, anchors: twin.certificate + lone.leaf))
    let selfSigned = try ServerCertificate.selfSigned()
    let otherSelfSigned = try ServerCertificate.selfSigned()
    for (name, anchors) in [
      ("a self-signed leaf, not an anchor", root.certificate),
      ("a self-signed leaf as anchor", root.certificate + selfSigned.chain),
      ("another self-signed leaf of the same name as anchor", otherSelfSigned.chain),
      ("both self-signed leaves as anchors", otherSelfSigned.chain + selfSigned.chain),
    ] {
      samples.append(ChainSample(testDescription: name, certificate: selfSigned, anchors: anchors))
    }
    samples.append(
      ChainSample(testDescription: "another leaf as anchor", certificate: lone.serverCertificate, anchors: leaf.leaf))
    return samples
  }

  private static func prioritySamples() throws -> [ChainSample] {
    let root = try CertificateAuthority()
    var samples: [ChainSample] = []
    let weak = try chain(root, leaf: { $0.keyType = .rsa1024 })
    let broken = try chain(root, leaf: { $0.signatureHash = .sha1 })
    let cases = [
      ("profile that the chain meets", try chain(root), "NORMAL:%PROFILE_HIGH"),
      ("profile that the chain doesn't meet", try chain(root), "NORMAL:%PROFILE_FUTURE"),
      ("level that sets a profile", weak, "SECURE192"), ("weak key, low profile", weak, "NORMAL:%PROFILE_VERY_WEAK"),
      ("weak key, medium profile", weak, "NORMAL:%PROFILE_MEDIUM"),
      ("weak hash, allowed", broken, "NORMAL:%VERIFY_ALLOW_SIGN_WITH_SHA1"),
      ("weak hash, not allowed", broken, "NORMAL:%PROFILE_LOW"),
    ]
    for (name, leaf, priority) in cases {
      var sample = sample(name, leaf, root)
      sample.priority = priority
      samples.append(sample)
    }
    return samples
  }
}
