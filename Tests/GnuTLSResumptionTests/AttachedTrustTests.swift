import CGnuTLS
import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// What an application does between attaching and the end must not make the engine trust more.
@Suite("Trust in sessions that belong to somebody else")
struct AttachedTrustTests {
  private typealias Application = AttachTests.Application

  /// Session data of a server that nobody has verified: of another authority, at the same port.
  private func foreignData(_ client: Client) throws -> [UInt8] {
    try client.server.replaceCertificates([Client.certificate("rsa")])
    defer { try? client.server.replaceCertificates([Client.certificate("ecdsa")]) }
    let session = try RawSession(port: client.server.port)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    return session.data().bytes
  }

  @Test("session data that the application sets after attaching: the verdict on ours says nothing of that peer")
  func otherSessionData() throws {
    let client = try Client()
    let foreign = try foreignData(client)
    var application = Application(client: client)
    try application.run()
    #expect(try application.run().isResumed)
    application.afterAttaching = { #expect($0.setData(foreign) == 0) }
    #expect(throws: VerificationFailure.self) { try application.run() }
    #expect(client.server.waitForConnections(4)[3].isResumed)
  }

  @Test("session data that the application had set before attaching don't count where ours are offered")
  func otherSessionDataBefore() throws {
    let client = try Client()
    let foreign = try foreignData(client)
    var application = Application(client: client)
    try application.run()
    application.prepare = { #expect($0.setData(foreign) == 0) }
    #expect(try application.run().isResumed)
    _ = try client.store.removeAll()
    #expect(throws: VerificationFailure.self) { try application.run() }
  }

  @Test("a handshake long after attaching: the verdict must stand then", arguments: ["dates", "age", "trust"])
  func lateHandshake(cause: String) throws {
    let folder = try TemporaryFolder()
    let root = try CertificateAuthority()
    var options = CertificateOptions()
    if cause == "dates" { options.notAfter = WallTime.now().seconds + 3600 }
    var policy = VerificationPolicy.file(try folder.write("trust.pem", root.certificate))
    let client = try Client(serving: root.issue(options).serverCertificate, trusting: policy)
    if cause == "age" { policy.verdictLifetime = 3600 }
    var application = Application(client: client, verification: .engineVerifies(policy))
    try application.run()
    #expect(try application.run().isResumed)
    application.afterAttaching = { _ in
      client.clock.advance(seconds: cause == "trust" ? 1 : 7200)
      if cause != "dates" { _ = try? folder.write("trust.pem", CertificateAuthority().certificate) }
    }
    GnuTLSClock.shifted(bySeconds: cause == "dates" ? 7200 : 0) {
      _ = #expect(throws: VerificationFailure.self) { () throws in try application.run() }
    }
    #expect(client.server.waitForConnections(3)[2].isResumed)
  }

  @Test("two attachments that both go through with a session store each ticket once")
  func storedOnce() throws {
    let client = try Client()
    let application = Application(client: client)
    let session = try RawSession(port: client.server.port)
    let first = try application.attach(to: session)
    let second = try application.attach(to: session)
    #expect(session.handshake() == 0)
    try first.handshakeDone(0)
    try second.handshakeDone(0)
    session.send("x")
    _ = session.receive()
    first.detach()
    second.detach()
    #expect(try client.store.count().tickets == 2)
  }

  @Test("attached again after the tickets came: they are not stored a second time")
  func attachedAgain() throws {
    let client = try Client()
    let application = Application(client: client)
    let session = try RawSession(port: client.server.port)
    let first = try application.attach(to: session)
    #expect(session.handshake() == 0)
    try first.handshakeDone(0)
    session.send("x")
    _ = session.receive()
    first.detach()
    #expect(try client.store.removeAll() == 2)
    let second = try application.attach(to: session)
    try second.handshakeDone(0)
    second.handIn(session.data().bytes)
    second.detach()
    #expect(second.outcome.notStored == [.alreadyCaptured])
    #expect(try client.store.count().tickets == 0)
  }

  @Test("what a forked process still holds of its parent's connection, it doesn't store")
  func forked() throws {
    let client = try Client()
    let session = try RawSession(port: client.server.port)
    let application = Application(client: client)
    let context = unsafe SessionContext(
      session: SessionHandle(session.pointer), engine: try client.resumption(), identity: application.identity,
      verification: .insecure, credentials: nil, hook: nil, canReconnect: false)
    context.register()
    defer { context.deregister() }
    #expect(session.handshake() == 0)
    try context.establish()
    session.send("x")
    _ = session.receive()
    #expect(context.captured.count == 2)
    context.process += 1
    context.settle()
    #expect(context.captured.isEmpty)
    #expect(try client.store.count().tickets == 0)
  }

  @Test("a chain that is longer than GnuTLS can verify is refused, whatever limits the owner has set")
  func longChain() throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    let extras = try (0..<20).map { try CertificateAuthority(AuthorityOptions(name: "Extra \($0)")).certificate }
    let folder = try TemporaryFolder()
    let client = try Client(
      serving: ServerCertificate(chain: leaf.chain(extras: extras), key: leaf.key), trusting: .sessionCredentials)
    var application = Application(client: client, verification: .engineVerifies(.sessionCredentials))
    application.caFile = try folder.write("root.pem", root.certificate)
    application.prepare = { session in
      unsafe gnutls_certificate_set_verify_limits(SessionHandle(session.pointer).ownCredentials, 8200, 0)
    }
    #expect(throws: VerificationFailure.self) { try application.run() }
  }
}

extension SessionHandle {
  fileprivate var ownCredentials: gnutls_certificate_credentials_t? {
    var value: UnsafeMutableRawPointer?
    guard unsafe gnutls_credentials_get(pointer, GNUTLS_CRD_CERTIFICATE, &value) == 0 else { return nil }
    return unsafe value.map { gnutls_certificate_credentials_t($0) }
  }
}
