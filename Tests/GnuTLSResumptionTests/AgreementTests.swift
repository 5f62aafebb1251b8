import CGnuTLS
import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A chain, and how a client looks at it.
private struct Sample: CustomTestStringConvertible {
  let testDescription: String
  let certificate: ServerCertificate
  let anchors: [UInt8]
  var name = "localhost"
  var priority: String?
  /// By which GnuTLS's clock is shifted while it verifies, in seconds.
  var shift = 0
  /// The stored chain is verified without knowing the priority string's profile and flags.
  var dependsOnPriority: Bool { priority != nil }
}

/// The verification of a stored chain against `gnutls_certificate_verify_peers` in a fresh handshake.
@Suite("What is said of a stored chain is what a fresh handshake says")
struct AgreementTests {
  private static let year = 365 * 24 * 3600

  private static let samples: [Sample] = {
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

  private static func sample(_ name: String, _ leaf: IssuedCertificate, _ root: CertificateAuthority) -> Sample {
    Sample(testDescription: name, certificate: leaf.serverCertificate, anchors: root.certificate)
  }

  private static func dateSamples() throws -> [Sample] {
    let root = try CertificateAuthority()
    let good = try chain(root)
    var samples = [sample("good", good, root)]
    for (name, shift) in [("all expired", 20 * year), ("none valid yet", -year)] {
      var shifted = sample(name, good, root)
      shifted.shift = shift
      samples.append(shifted)
    }
    let now = WallTime.now().seconds
    samples.append(sample("leaf expired", try chain(root, leaf: { $0.notAfter = now - 10 }), root))
    samples.append(sample("leaf not yet valid", try chain(root, leaf: { $0.notBefore = now + 3600 }), root))
    samples.append(sample("intermediate expired", try chain(root, intermediate: { $0.notAfter = now - 10 }), root))
    samples.append(
      sample("intermediate not yet valid", try chain(root, intermediate: { $0.notBefore = now + 3600 }), root))
    let expired = try root.renewed { $0.notAfter = now - 10 }
    samples.append(sample("root expired", good, expired))
    return samples
  }

  private static func contentSamples() throws -> [Sample] {
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

  private static func anchorSamples() throws -> [Sample] {
    let root = try CertificateAuthority()
    let twin = try CertificateAuthority()
    let other = try CertificateAuthority(AuthorityOptions(name: "Other Root"))
    let middle = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
    let leaf = try middle.issue()
    let now = WallTime.now().seconds
    let expired = try root.renewed { $0.notAfter = now - 10 }
    let crossed = try root.certified(by: other)
    let crossedLeaf = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: crossed).issue()
    var samples = [
      sample("another root of the same name", leaf, twin), sample("an unknown root", leaf, other),
      sample("the intermediate as anchor", leaf, middle), sample("cross-signed, old root", crossedLeaf, other),
      sample("cross-signed, new root", crossedLeaf, root),
    ]
    samples.append(
      Sample(
        testDescription: "the root sent along",
        certificate: .init(chain: leaf.chain(includingRoot: true), key: leaf.key),
        anchors: root.certificate))
    samples.append(
      Sample(
        testDescription: "the chain out of order",
        certificate: .init(chain: leaf.leaf + root.certificate + middle.certificate, key: leaf.key),
        anchors: root.certificate))
    samples.append(
      Sample(
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
      samples.append(Sample(testDescription: name, certificate: leaf.serverCertificate, anchors: anchors))
    }
    let lone = try root.issue()
    samples.append(sample("no intermediate", lone, root))
    samples.append(
      Sample(testDescription: "the leaf as anchor", certificate: lone.serverCertificate, anchors: lone.leaf))
    samples.append(
      Sample(
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
      samples.append(Sample(testDescription: name, certificate: selfSigned, anchors: anchors))
    }
    samples.append(
      Sample(testDescription: "another leaf as anchor", certificate: lone.serverCertificate, anchors: leaf.leaf))
    return samples
  }

  private static func prioritySamples() throws -> [Sample] {
    let root = try CertificateAuthority()
    var samples: [Sample] = []
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

  @Test("status by status, where the priority string says nothing on certificates", arguments: samples)
  fileprivate func status(sample: Sample) throws {
    let server = try TLSServer(certificate: sample.certificate)
    let session = try RawSession(port: server.port, priority: sample.priority)
    #expect(session.handshake() == 0)
    let handle = unsafe SessionHandle(session.pointer)
    let policy = VerificationPolicy.anchors(pem: sample.anchors)
    let credentials = try Credentials(policy: policy)
    let verifier = PeerVerifier(credentials: credentials, policy: policy, expectedName: sample.name)
    GnuTLSClock.shifted(bySeconds: sample.shift) {
      let fresh = Self.failure { _ = try verifier.verify(handle, now: WallTime.now().seconds, isWatched: false) }
      let stored = Self.failure {
        let chain = handle.peerChain
        let anchors = try credentials.anchors(for: chain, staples: [])
        let now = WallTime.now().seconds + Int64(sample.shift)
        try verifier.verify(chain: chain, staples: chain.map { _ in [] }, anchors, now: now, for: handle)
      }
      if !sample.dependsOnPriority { #expect(stored == fresh) }
    }
  }

  @Test("all of the anchors, or only those that the chain names: the same status", arguments: samples)
  fileprivate func sparse(sample: Sample) throws {
    let server = try TLSServer(certificate: sample.certificate)
    let session = try RawSession(port: server.port, priority: sample.priority)
    #expect(session.handshake() == 0)
    let chain = unsafe SessionHandle(session.pointer).peerChain
    // Among others, so that some are left out.
    let fixtures = try ["rsa-root.pem", "ecdsa-root.pem"].flatMap {
      Array(try Data(contentsOf: URL(fileURLWithPath: Client.fixture($0))))
    }
    let policy = VerificationPolicy.anchors(pem: fixtures + sample.anchors)
    let names = try #require(Set(namedIn: chain))
    let some = try TrustAnchors.load(policy, names: names)
    let all = try TrustAnchors.load(policy, names: nil)
    try GnuTLSClock.shifted(bySeconds: sample.shift) {
      let results = try [some, all].map { anchors in
        var parsed = try CertificateChain(chain)
        return try unsafe parsed.status(
          trust: CertificateCredentials.trustList(of: anchors.pointer), name: sample.name, flags: 0)
      }
      #expect(results[0].status == results[1].status)
      #expect(results[0].path == results[1].path)
    }
  }

  @Test(
    "a ticket whose verdict doesn't stand is resumed if a fresh handshake trusts the peer, else refused",
    arguments: samples)
  fileprivate func outcome(sample: Sample) throws {
    for mode in [Mode.tls13, .tls12Ticket] {
      var client = try Client(mode.script, serving: sample.certificate, trusting: .anchors(pem: sample.anchors))
      client.configuration.serverName = sample.name
      client.configuration.priority = sample.priority
      let fresh = GnuTLSClock.shifted(bySeconds: sample.shift) { Self.message { try client.visitAnew() } }
      _ = try client.store.removeAll()
      // A ticket of a connection that nobody verified, as if it were one that was: without a verdict.
      let verification = client.configuration.verification
      client.configuration.verification = .insecure
      try client.visitAnew()
      client.configuration.verification = verification
      try client.moveRecords(name: sample.name)
      var outcome: Outcome?
      let second = GnuTLSClock.shifted(bySeconds: sample.shift) {
        Self.message { outcome = try client.visitAnew().outcome }
      }
      #expect(second == fresh)
      guard fresh == nil else { continue }
      // What only the priority string's flags allow is not known before the offer: then the full handshake decides.
      let isAllowedByFlags = sample.priority?.contains("%VERIFY_ALLOW") == true
      #expect(outcome?.isResumed == !isAllowedByFlags)
    }
  }

  private static func failure(_ body: () throws -> Void) -> VerificationFailure? {
    do {
      try body()
      return nil
    } catch let error as VerificationFailure {
      // Errors of GnuTLS have no status: their words differ by where they came up.
      return error.status == 0 ? VerificationFailure(message: "not verified") : error
    } catch {
      return VerificationFailure(message: "\(error)")
    }
  }

  private static func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension Client {
  /// Seals the insecure identity's records anew for the verifying one, without a verdict.
  fileprivate func moveRecords(name: String) throws {
    let ring = try #require(try resumption().keyRing(create: false))
    let identity = ConnectionIdentity(
      server: ServerIdentity(name: name, port: server.port), priority: configuration.priority)
    let place = try IdentityDigests.place(of: identity, verification: .engine(pins: []), key: ring.newest)
    var keys: [RecordKey] = []
    try store.forEachRecord { summary in
      keys.append(summary.key)
      return true
    }
    #expect(!keys.isEmpty)
    for key in keys {
      let record = try #require(try store.read(key))
      var contents = try #require(ring.contents(of: record, identity: key.place.identity))
      contents.verdict = nil
      let moved = try #require(
        try RecordSeal.seal(
          contents.bytes, kind: record.header.kind, expiry: record.header.expiry, identity: place.identity,
          key: ring.newest))
      try store.insert(moved, at: place, now: clock.now)
      try store.remove(key, because: .explicit)
    }
  }
}
