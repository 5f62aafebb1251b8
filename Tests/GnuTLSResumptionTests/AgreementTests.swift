import CGnuTLS
import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// The verification of a stored chain against `gnutls_certificate_verify_peers` in a fresh handshake.
@Suite("What is said of a stored chain is what a fresh handshake says")
struct AgreementTests {
  @Test("status by status, where the priority string says nothing on certificates", arguments: ChainSample.all)
  func status(sample: ChainSample) throws {
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

  @Test("all of the anchors, or only those that the chain names: the same status", arguments: ChainSample.all)
  func sparse(sample: ChainSample) throws {
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
    arguments: ChainSample.all)
  func outcome(sample: ChainSample) throws {
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
  func moveRecords(name: String) throws {
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
