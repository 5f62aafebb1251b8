import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// An application that makes sessions of DTLS, with what it keeps.
struct DatagramApplication {
  let server: OpenSSLServer
  /// Where it connects to: a relay's, or the server's.
  var port: UInt16
  var store: any TicketStore = MemoryStore()
  let clock = ManualClock()
  var flags: UInt32 = 0
  var verification: Verification = .engineVerifies(.file(Fixture.ecdsa.root))
  var prepare: (RawSession) -> Void = { _ in }

  static func serving(_ change: (inout OpenSSLServer.Options) -> Void = { _ in }) throws -> OpenSSLServer {
    var options = OpenSSLServer.Options()
    options.versions = .dtls12
    options.style = .plain
    change(&options)
    return try OpenSSLServer(options)
  }

  init(_ server: OpenSSLServer? = nil) throws {
    self.server = try server ?? Self.serving()
    port = self.server.port
  }

  var identity: ConnectionIdentity {
    ConnectionIdentity(server: ServerIdentity(name: "localhost", port: server.port))
  }

  /// An engine as another process has it: with the same key, and no memory.
  func engine() throws -> Resumption {
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    return Resumption(
      store: store, masterKey: .keys(KeyRing(newest: master)),
      options: ResumptionOptions(clock: { [clock] in clock.now }))
  }

  func session() throws -> RawSession {
    let session = try RawSession(port: port, flags: flags | UInt32(GNUTLS_DATAGRAM as Int32))
    prepare(session)
    return session
  }

  func attach(to session: RawSession) throws -> GnuTLSResumption.Attachment {
    unsafe try engine().attach(to: session.pointer, identity: identity, verification: verification)
  }

  /// Handshake, something in each direction, goodbye, and what came of it.
  @discardableResult
  func run(_ word: String = "word") throws -> Outcome {
    let session = try session()
    let attachment = try attach(to: session)
    defer { attachment.detach() }
    let result = session.handshake()
    // Else the server, which serves one at a time, stays with this one.
    defer { if result == 0 { _ = unsafe gnutls_bye(session.pointer, GNUTLS_SHUT_WR) } }
    try attachment.handshakeDone(result)
    guard result == 0 else { throw RawFailure(code: result) }
    #expect(exchange(word, on: session), "\(server.output)")
    attachment.detach()
    return attachment.outcome
  }

  /// Sends a word until the server has it, and has the server send one until it comes: both may be lost.
  func exchange(_ word: String, on session: RawSession) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    var received = ""
    while ContinuousClock.now < deadline {
      session.send("hello-\(word)\n")
      server.send("answer-\(word)\n")
      if case .success(let bytes) = session.receive() { received += String(decoding: bytes, as: UTF8.self) }
      if received.contains("answer-\(word)\n"), server.output.contains("hello-\(word)\n") { return true }
    }
    return false
  }
}
