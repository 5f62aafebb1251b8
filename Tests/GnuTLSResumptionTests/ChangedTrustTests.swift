import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("What has changed between storing and offering: dates, revocation")
struct ChangedTrustTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let hour = 3600

  private var inAnHour: Int64 { WallTime.now().seconds + Int64(Self.hour) }

  /// Connects two hours later: by the engine's clock, and by GnuTLS's own.
  private func visitLater(_ client: Client) throws -> Outcome {
    client.clock.advance(seconds: Int64(2 * Self.hour))
    return try GnuTLSClock.shifted(bySeconds: 2 * Self.hour) { try client.visitAnew().outcome }
  }

  private func expectRefused(_ client: Client, _ visit: () throws -> Void) {
    let before = client.server.connections.count
    let error = #expect(throws: ConnectionError.self) { try visit() }
    #expect(error?.code == .notTrusted)
    let seen = client.server.waitForConnections(before + 1).dropFirst(before)
    #expect(seen.map { $0.clientHello?.offersResumption } == [false])
  }

  @Test("leaf expired since: not offered, and refused", arguments: Mode.allCases)
  func leafExpired(mode: Mode) throws {
    let (client, _) = try clientOfShortLeaf(mode)
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("leaf expired since, and the server renewed: not offered, and accepted", arguments: Mode.allCases)
  func leafRenewed(mode: Mode) throws {
    let (client, leaf) = try clientOfShortLeaf(mode)
    try client.server.replaceCertificates([leaf.issuer.issue(keyOf: leaf).serverCertificate])
    #expect(try visitLater(client).reason == .expired)
  }

  /// A client that has resumed, of a server whose leaf expires in an hour.
  private func clientOfShortLeaf(_ mode: Mode) throws -> (Client, IssuedCertificate) {
    let root = try CertificateAuthority()
    let intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
    var options = CertificateOptions()
    options.notAfter = inAnHour
    let leaf = try intermediate.issue(options)
    let client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    #expect(try client.visit().isResumed)
    return (client, leaf)
  }

  @Test("intermediate expired since: not offered, and refused", arguments: Mode.allCases)
  func intermediateExpired(mode: Mode) throws {
    let root = try CertificateAuthority()
    var options = AuthorityOptions(name: "Intermediate")
    options.notAfter = inAnHour
    let leaf = try CertificateAuthority(options, issuer: root).issue()
    let client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("anchor expired since, leaf still good, verdict young: not offered, and refused", arguments: Mode.allCases)
  func anchorExpired(mode: Mode) throws {
    var options = AuthorityOptions()
    options.notAfter = inAnHour
    let root = try CertificateAuthority(options)
    let leaf = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root).issue()
    let client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    #expect(try client.visit().isResumed)
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("of two anchors for the same key, the dates of the one that was used count", arguments: Mode.allCases)
  func twoAnchors(mode: Mode) throws {
    let root = try CertificateAuthority()
    let expired = try root.renewed {
      $0.notBefore = WallTime.now().seconds - 7200
      $0.notAfter = WallTime.now().seconds - 3600
    }
    let short = try root.renewed { $0.notAfter = inAnHour }
    let leaf = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root).issue()
    let anchors = expired.certificate + short.certificate
    let client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: anchors))
    // Whatever GnuTLS thinks of the pair, resuming must not change it.
    guard (try? client.visit()) != nil else { return }
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("an expired certificate that the server sends along, and nobody needs, is no reason", arguments: Mode.allCases)
  func uselessExpired(mode: Mode) throws {
    let root = try CertificateAuthority()
    let old = try root.certified(by: try CertificateAuthority(AuthorityOptions(name: "Old Root"))) {
      $0.notBefore = WallTime.now().seconds - 7200
      $0.notAfter = WallTime.now().seconds - 3600
    }
    let leaf = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root).issue()
    let certificate = ServerCertificate(chain: leaf.chain(extras: [old.certificate]), key: leaf.key)
    let client = try Client(mode.script, serving: certificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    #expect(try client.visit().isResumed)
  }

  @Test(
    "beside an expired certificate that nobody needs, the leaf's dates count all the same",
    arguments: Mode.allCases, [true, false])
  func uselessExpiredAndShortLeaf(mode: Mode, hasList: Bool) throws {
    let root = try CertificateAuthority()
    // As for years with a root that another had signed: the chain goes on to what has expired.
    let crossed = try root.certified(by: try CertificateAuthority(AuthorityOptions(name: "Old Root"))) {
      $0.notBefore = WallTime.now().seconds - 7200
      $0.notAfter = WallTime.now().seconds - 3600
    }
    let intermediate = try CertificateAuthority(AuthorityOptions(name: "Intermediate"), issuer: root)
    var options = CertificateOptions()
    options.notAfter = inAnHour
    let leaf = try intermediate.issue(options)
    let certificate = ServerCertificate(chain: leaf.chain(extras: [crossed.certificate]), key: leaf.key)
    var client = try Client(mode.script, serving: certificate, trusting: .anchors(pem: root.certificate))
    if hasList {
      client.policy.revocationLists = [RawPath(try folder.write("list.pem", intermediate.revocationList()))]
    }
    try client.visit()
    #expect(try client.visit().isResumed)
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("a revocation list with the leaf added: not offered, and refused", arguments: Mode.allCases)
  func revoked(mode: Mode) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var client = try Client(mode.script, serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    let list = try folder.write("list.pem", root.revocationList())
    client.policy.revocationLists = [RawPath(list)]
    var (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && loadedTrust)
    (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    try folder.write("list.pem", root.revocationList(revoking: [leaf]))
    expectRefused(client) { try client.visitAnew() }
  }

  @Test("a revocation list that can't be read: refused, and named")
  func unreadableList() throws {
    var client = try Client()
    for (name, text) in [("missing.pem", nil), ("empty.pem", ""), ("garbage.pem", "garbage")] {
      if let text { try folder.write(name, text) }
      client.policy.revocationLists = [RawPath(folder.file(name))]
      let error = #expect(throws: ConnectionError.self) { try client.visitAnew() }
      #expect(error?.code == .notTrusted)
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("a stapled response that is superseded since ends the verdict", .needs(.openssl), arguments: Mode.allCases)
  func stapleEnds(mode: Mode) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, minutes: 60)]
    let client = try Client(mode.script, serving: certificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    expectRefused(client) { _ = try visitLater(client) }
  }

  @Test("a stapled response that is superseded since, and the server has another", .needs(.openssl))
  func stapleRenewed() throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, minutes: 60)]
    let client = try Client(serving: certificate, trusting: .anchors(pem: root.certificate))
    try client.visit()
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, minutes: 600)]
    try client.server.replaceCertificates([certificate])
    #expect(try visitLater(client).reason == .trustChanged)
  }

  @Test("a leaf that demands a stapled response resumes with the one that was kept", .needs(.openssl))
  func mustStaple() throws {
    let root = try CertificateAuthority()
    var options = CertificateOptions()
    options.mustStaple = true
    let leaf = try root.issue(options)
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf)]
    var client = try Client(serving: certificate, trusting: .anchors(pem: root.certificate))
    client.policy.verdictLifetime = 0
    try client.visit()
    #expect(try client.visitAnew().outcome.isResumed)
  }

  @Test("the attached session's owner verifies out of their dates: dates are no reason there", arguments: Mode.allCases)
  func applicationTrustsExpired(mode: Mode) throws {
    var client = try Client(mode.script)
    try client.server.replaceCertificates([Fixture.ecdsa.expiredServerCertificate])
    client.configuration.verification = unsafe .applicationVerifies { _ in true }
    try client.visit()
    #expect(try client.visit().isResumed)
  }

  @Test("what an application trusted within its dates is not offered outside of them", arguments: Mode.allCases)
  func applicationLeafExpired(mode: Mode) throws {
    let root = try CertificateAuthority()
    var options = CertificateOptions()
    options.notAfter = inAnHour
    var client = try Client(
      mode.script, serving: root.issue(options).serverCertificate, trusting: .anchors(pem: root.certificate))
    client.configuration.verification = unsafe .applicationVerifies { _ in true }
    try client.visit()
    #expect(try visitLater(client).reason == .expired)
  }

  @Test(
    "what an application trusted beside an expired certificate that nobody needs is not offered outside of its dates")
  func applicationUselessExpired() throws {
    let root = try CertificateAuthority()
    var old = AuthorityOptions(name: "Old Root")
    old.notAfter = WallTime.now().seconds - 3600
    var options = CertificateOptions()
    options.notAfter = inAnHour
    let leaf = try root.issue(options)
    let extras = [try CertificateAuthority(old).certificate]
    var client = try Client(
      serving: ServerCertificate(chain: leaf.chain(extras: extras), key: leaf.key),
      trusting: .anchors(pem: root.certificate))
    client.configuration.verification = unsafe .applicationVerifies { _ in true }
    try client.visit()
    #expect(try client.visit().isResumed)
    #expect(try visitLater(client).reason == .expired)
  }

  @Test("a week after the last full handshake there is another, however often it was resumed", arguments: Mode.allCases)
  func aWeek(mode: Mode) throws {
    var script = mode.script
    script.tickets.lifetime = 7 * 24 * 3600
    let client = try Client(script)
    var fullHandshakes = 0
    for _ in 0..<20 {
      if try !client.visitAnew().outcome.isResumed { fullHandshakes += 1 }
      client.clock.advance(seconds: 12 * 3600)
    }
    // Ten days: TLS 1.2 sessions live for a day, and are not renewed by being resumed.
    #expect(fullHandshakes == (mode == .tls13 ? 2 : 10))
  }
}
