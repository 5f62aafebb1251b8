import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("What is withheld from sessions that belong to somebody else, and what follows a failure")
struct WithheldTests {
  private typealias Application = AttachTests.Application

  @Test("a TLS 1.2 session is withheld from a client of TLS 1.3, until one has been resumed")
  func withheldSession() throws {
    var client = try Client(Mode.tls12Ticket.script)
    let application = Application(client: client)
    #expect(try application.run().reason == .noTicket)
    #expect(try application.run().reason == .withheld)
    // Who can connect again may offer it, and shows that it works. Another partition: the note is the server's.
    client.configuration.partition = "other"
    try client.visit()
    #expect(try client.visit().isResumed)
    #expect(try application.run().isResumed)
  }

  @Test("a ticket of a cipher that the client doesn't allow any more is withheld")
  func withheldCipher() throws {
    var script = ServerScript()
    script.priorities = "NORMAL:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305"
    let application = Application(client: try Client(script))
    try application.run()
    // The same identity, as if GnuTLS's defaults had changed.
    let session = try RawSession(port: application.client.server.port)
    let setup = unsafe ClientSetup(
      session: SessionHandle(session.pointer), engine: try application.client.resumption(),
      identity: application.identity, verification: application.verification, credentials: nil, canReconnect: false)
    var contents = try #require(TicketContents.sample)
    contents.protocolVersion = GNUTLS_TLS1_3.rawValue
    contents.cipher = GNUTLS_CIPHER_AES_256_GCM.rawValue
    #expect(setup.certainlyAccepts(contents, .ticket))
    contents.cipher = GNUTLS_CIPHER_ARCFOUR_128.rawValue
    #expect(!setup.certainlyAccepts(contents, .ticket))
    contents.cipher = GNUTLS_CIPHER_AES_256_GCM.rawValue
    contents.protocolVersion = GNUTLS_SSL3.rawValue
    #expect(!setup.certainlyAccepts(contents, .ticket))
  }

  @Test("what is withheld costs no ticket")
  func withheldOnce() throws {
    let application = Application(client: try Client())
    try application.run()
    try application.client.rewriteRecords { $0.cipher = GNUTLS_CIPHER_ARCFOUR_128.rawValue }
    application.client.server.update { $0.tickets.count = 0 }
    #expect(try application.run().reason == .withheld)
    #expect(try application.client.store.count().tickets == 2)
  }

  @Test("a ClientHello that can't be sent says nothing of its offer, and nothing of one before")
  func unsent() throws {
    let application = Application(client: try Client())
    try application.run()
    try failToSend(application)
    #expect(try application.run().isResumed)
    // Neither where it had none: offers stay suspected, and the next connection goes without.
    application.client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    #expect(throws: RawFailure.self) { try application.run() }
    try failToSend(application)
    #expect(try application.run().reason == .withheld)
  }

  /// As where the connection is made with its first bytes, and the address refuses it.
  private func failToSend(_ application: Application) throws {
    let session = try RawSession(port: application.client.server.port)
    let attachment = try application.attach(to: session)
    unsafe gnutls_transport_set_push_function(session.pointer) { _, _, _ in
      errno = ECONNREFUSED
      return -1
    }
    #expect(session.handshake() == GNUTLS_E_PUSH_ERROR)
    try attachment.handshakeDone(GNUTLS_E_PUSH_ERROR)
    attachment.detach()
  }

  @Test("a failure with a ticket offered is reported; a refusal by the verifier bars nothing")
  func failureReported() throws {
    let client = try Client()
    let application = Application(client: client)
    try application.run()
    client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    let session = try RawSession(port: client.server.port)
    let attachment = try application.attach(to: session)
    let outcome = try attachment.handshakeDone(session.handshake())
    #expect(outcome.handshakeFailedWithTicket)
    attachment.detach()

    let other = try Client()
    var verifying = Application(client: other)
    try verifying.run()
    other.server.restart(withFreshKeys: true)
    verifying.prepare = { session in
      unsafe gnutls_session_set_verify_function(session.pointer) { _ in GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR }
    }
    #expect(throws: RawFailure.self) { try verifying.run() }
    verifying.prepare = { _ in }
    try verifying.run()
    #expect(try verifying.run().isResumed)
  }
}
