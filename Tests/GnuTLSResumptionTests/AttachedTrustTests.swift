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

  @Test("session data that the application sets after attaching: the verdict on ours says nothing of that peer")
  func otherSessionData() throws {
    let client = try Client()
    let foreign = try client.foreignSessionData()
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
    let foreign = try client.foreignSessionData()
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

  @Test(
    "once the handshake has begun, nothing is attached: session data would take the place of the peer's certificates")
  func attachedLate() throws {
    let client = try Client()
    let application = Application(client: client)
    try application.run()
    let impostor = try TLSServer(certificate: CertificateAuthority().issue(CertificateOptions()).serverCertificate)
    defer { impostor.stop() }
    let done = try RawSession(port: impostor.port)
    #expect(done.handshake() == 0)
    let chain = unsafe SessionHandle(done.pointer).peerChain
    let silent = try SilentServer()
    let begun = try RawSession(port: silent.port, flags: UInt32(GNUTLS_NONBLOCK as Int32))
    #expect(unsafe gnutls_handshake(begun.pointer) == GNUTLS_E_AGAIN)
    for session in [done, begun] {
      #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) { try application.attach(to: session) }
    }
    #expect(unsafe SessionHandle(done.pointer).peerChain == chain)
    #expect(try client.store.count().tickets == 2)
  }

  @Test("servers are none to attach to")
  func notForUs() throws {
    let client = try Client()
    var session: gnutls_session_t?
    try #require(unsafe gnutls_init(&session, UInt32(GNUTLS_SERVER as Int32)) == 0)
    defer { unsafe gnutls_deinit(session) }
    #expect(throws: GnuTLSError(GNUTLS_E_INVALID_REQUEST)) {
      _ = unsafe try client.resumption().attach(
        to: #require(session), identity: ConnectionIdentity(server: ServerIdentity(name: "localhost", port: 1)),
        verification: .insecure)
    }
  }

  @Test("what is said to be a handshake, and was none, is trusted by nobody")
  func noHandshake() throws {
    let client = try Client()
    let session = try RawSession(port: client.server.port)
    let attachment = try Application(client: client).attach(to: session)
    defer { attachment.detach() }
    #expect(throws: VerificationFailure.self) { try attachment.handshakeDone(0) }
  }

  @Test("without the word that the handshake is done, nothing is stored", arguments: Mode.allCases)
  func neverDone(mode: Mode) throws {
    let client = try Client(mode.script)
    let application = Application(client: client)
    let session = try RawSession(port: client.server.port)
    let attachment = try application.attach(to: session)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    attachment.keep()
    attachment.detach()
    #expect(try client.store.count().records == 0)
  }

  @Test("tickets that came before the peer was refused are wiped")
  func wiped() throws {
    let client = try Client()
    let session = try RawSession(port: client.server.port)
    let setup = unsafe ClientSetup(
      session: SessionHandle(session.pointer), engine: try client.resumption(),
      identity: Application(client: client).identity, verification: .applicationVerifies { _ in false },
      credentials: nil, canReconnect: false)
    let context = SessionContext(setup)
    #expect(context.register())
    defer { context.deregister() }
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    #expect(context.capture.hasWaiting && context.capture.received == 2)
    #expect(throws: VerificationFailure.self) { try context.establish() }
    #expect(!context.capture.hasWaiting)
  }

  @Test("a ticket that comes when the week is over is not stored")
  func lateTicket() throws {
    var script = ServerScript()
    script.tickets.lifetime = 7 * 24 * 3600
    let client = try Client(script)
    var application = Application(client: client)
    try application.run()
    client.clock.advance(seconds: 7 * 24 * 3600 - 60)
    application.afterHandshake = { _ in client.clock.advance(seconds: 60) }
    let outcome = try application.run()
    #expect(outcome.isResumed && outcome.ticketsReceived > 0)
    #expect(outcome.notStored == [.fullHandshakeTooOld: outcome.ticketsReceived])
  }

  @Test("a peer that only the session's own flags have trusted is not offered anything: its verdict never stands")
  func trustedByFlags() throws {
    var options = CertificateOptions()
    options.signatureHash = .sha1
    let root = try CertificateAuthority()
    let policy = VerificationPolicy.anchors(pem: root.certificate)
    let client = try Client(serving: root.issue(options).serverCertificate, trusting: policy)
    var application = Application(client: client, verification: .engineVerifies(policy))
    application.priority = "NORMAL:%VERIFY_ALLOW_SIGN_WITH_SHA1"
    try application.run()
    #expect(try client.store.count().tickets == 2)
    #expect(try application.run().reason == .trustChanged)
  }

  @Test("a peer without certificates is nobody", .needs(.openssl), arguments: ["PSK", "anonymous"])
  func noCertificates(kind: String) throws {
    var options = OpenSSLServer.Options()
    options.versions = .tls12
    options.extra = kind == "PSK" ? ["-psk", "0123456789abcdef"] : ["-nocert", "-cipher", "aNULL@SECLEVEL=0"]
    let server = try OpenSSLServer(options)
    let exchanges = kind == "PSK" ? "+ECDHE-PSK:+PSK" : "+ANON-ECDH"
    let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:" + exchanges
    let session = try RawSession(port: server.port, priority: priority)
    var anonymous: gnutls_anon_client_credentials_t?
    var shared: gnutls_psk_client_credentials_t?
    unsafe gnutls_anon_allocate_client_credentials(&anonymous)
    unsafe gnutls_psk_allocate_client_credentials(&shared)
    defer {
      unsafe gnutls_anon_free_client_credentials(anonymous)
      unsafe gnutls_psk_free_client_credentials(shared)
    }
    let code = unsafe Array("0123456789abcdef".utf8).withDatum {
      unsafe gnutls_psk_set_client_credentials(shared, "Client_identity", $0, GNUTLS_PSK_KEY_HEX)
    }
    #expect(code == 0)
    unsafe gnutls_credentials_set(session.pointer, GNUTLS_CRD_ANON, UnsafeMutableRawPointer(anonymous))
    unsafe gnutls_credentials_set(session.pointer, GNUTLS_CRD_PSK, UnsafeMutableRawPointer(shared))
    let client = try Client()
    let identity = ConnectionIdentity(
      server: ServerIdentity(name: "localhost", port: server.port), priority: priority)
    let attachment = try unsafe client.resumption().attach(
      to: session.pointer, identity: identity,
      verification: .engineVerifies(.file(Client.fixture("ecdsa-root.pem"))))
    #expect(session.handshake() == 0)
    #expect(throws: VerificationFailure.self) { try attachment.handshakeDone(0) }
    attachment.detach()
    #expect(try client.store.count().records == 0)
  }

  @Test("a stored chain that is longer than GnuTLS can verify is not offered")
  func longStoredChain() throws {
    let client = try Client()
    let chain = try Credentials.chain(inFile: Fixture.ecdsa.chain)
    let extra = try #require(try Credentials.chain(inFile: Client.fixture("ecdsa-other-root.pem")).first)
    try client.store(chain: chain + [[UInt8]](repeating: extra, count: 18))
    #expect(try client.visit().reason == .trustChanged)
    #expect(client.server.connections.first?.clientHello?.offersResumption == false)
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

extension Client {
  /// Session data of a server that nobody has verified: of another authority, at the same port.
  func foreignSessionData() throws -> [UInt8] {
    try server.replaceCertificates([Client.certificate("rsa")])
    defer { try? server.replaceCertificates([Client.certificate("ecdsa")]) }
    let session = try RawSession(port: server.port)
    #expect(session.handshake() == 0)
    session.send("x")
    _ = session.receive()
    return session.data().bytes
  }
}

extension SessionHandle {
  fileprivate var ownCredentials: gnutls_certificate_credentials_t? {
    var value: UnsafeMutableRawPointer?
    guard unsafe gnutls_credentials_get(pointer, GNUTLS_CRD_CERTIFICATE, &value) == 0 else { return nil }
    return unsafe value.map { gnutls_certificate_credentials_t($0) }
  }
}
