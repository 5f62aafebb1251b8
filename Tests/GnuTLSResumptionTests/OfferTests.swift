import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("An offer that fails teaches")
struct OfferTests {
  private let hour: Int64 = 3_600

  /// Tickets that outlast the rests.
  private var script: ServerScript {
    var script = ServerScript()
    script.tickets.lifetime = 7 * 24 * 3_600
    return script
  }

  /// A client that has visited its server, which from now on does not answer ClientHellos with tickets.
  private func clientOfSwallowingServer() throws -> Client {
    var client = try Client(script)
    try client.exchange()
    client.server.update {
      $0.failure = HandshakeFailure(
        .after, .clientHello, direction: .received, action: .silence, onlyWhenResuming: true)
    }
    // The offer may take half of that.
    client.configuration.timeoutMilliseconds = 10_000
    return client
  }

  @Test("a middlebox that swallows ClientHellos with tickets costs no connection, and then nothing")
  func swallowed() throws {
    let client = try clientOfSwallowingServer()
    #expect(try client.exchange().reason == .retried)
    let seen = client.server.waitForConnections(3).count
    for _ in 0..<3 { #expect(try client.exchange().reason == .withheld) }
    // Each of them in one try.
    #expect(client.server.waitForConnections(seen + 3).count == seen + 3)
    client.clock.advance(seconds: hour)
    #expect(try client.exchange().reason == .retried)
    client.clock.advance(seconds: hour)
    #expect(try client.exchange().reason == .withheld)
    client.clock.advance(seconds: 23 * hour)
    client.server.update { $0.failure = nil }
    #expect(try client.exchange().isResumed)
    #expect(try client.exchange().isResumed)
  }

  @Test("where the server doesn't answer without a ticket either, it was the network, and offers go on")
  func network() throws {
    let client = try clientOfSwallowingServer()
    client.server.update { $0.failure?.onlyWhenResuming = false }
    #expect { try client.exchange() } throws: { ($0 as? ConnectionError)?.code == .timedOut }
    client.server.update { $0.failure = nil }
    #expect(try client.exchange().isResumed)
  }

  @Test(
    "a server that ends resumed connections before it answers breaks one of them per rest",
    arguments: [HandshakeFailure.Action.alert(49), .close, .reset])
  func brokenAfterwards(action: HandshakeFailure.Action) throws {
    let client = try Client(script)
    try client.exchange()
    client.server.update { $0.failureOfResumed = action }
    #expect(throws: ConnectionError.self) { try exchangeOrThrow(client) }
    for _ in 0..<3 { #expect(try client.exchange().reason == .withheld) }
    client.clock.advance(seconds: hour)
    #expect(throws: ConnectionError.self) { try exchangeOrThrow(client) }
    #expect(try client.exchange().reason == .withheld)
    client.clock.advance(seconds: 24 * hour)
    client.server.update { $0.failureOfResumed = nil }
    #expect(try client.exchange().isResumed)
  }

  /// An answer that doesn't come whole is an error.
  private func exchangeOrThrow(_ client: Client) throws {
    let connection = try client.connect()
    defer { connection.close() }
    try connection.write(Array("hello".utf8))
    if try connection.read().isEmpty { throw ConnectionError(.broken, "the server has closed") }
  }

  @Test(
    "so does a server that ends them before it greets a client that waits for it",
    arguments: [HandshakeFailure.Action.alert(49), .close, .reset])
  func brokenBeforeGreeting(action: HandshakeFailure.Action) throws {
    let client = try Client(script)
    try client.exchange()
    client.server.update {
      $0.failureOfResumed = action
      $0.momentOfResumedFailure = .afterHandshake
    }
    for wait in [hour, 24 * hour] {
      let connection = try client.connect()
      #expect(connection.outcome.isResumed)
      #expect(throws: ConnectionError.self) { try connection.read() }
      connection.close()
      for _ in 0..<3 { #expect(try client.exchange().reason == .withheld) }
      client.clock.advance(seconds: wait)
    }
    client.server.update { $0.failureOfResumed = nil }
    #expect(try client.exchange().isResumed)
  }

  @Test("and one that closes them so, though it says goodbye")
  func closedBeforeGreeting() throws {
    let client = try Client(script)
    try client.exchange()
    for wait in [hour, 24 * hour] {
      client.server.update { $0.ending = Ending(.afterHandshake) }
      let connection = try client.connect()
      #expect(connection.outcome.isResumed)
      #expect(try connection.read().isEmpty)
      connection.close()
      client.server.update { $0.ending = Ending() }
      for _ in 0..<3 { #expect(try client.exchange().reason == .withheld) }
      client.clock.advance(seconds: wait)
    }
    #expect(try client.exchange().isResumed)
  }

  @Test("and one that resets them before a client writes that takes its time", arguments: [true, false])
  func brokenBeforeWriting(waits: Bool) throws {
    let client = try Client(script)
    try client.exchange()
    client.server.update {
      $0.failureOfResumed = .reset
      $0.momentOfResumedFailure = .afterHandshake
    }
    let connection = try client.connect()
    #expect(connection.outcome.isResumed)
    #expect(throws: ConnectionError.self) {
      for _ in 0..<100 {
        usleep(10_000)
        if waits {
          try connection.write(Array("hello".utf8))
        } else {
          _ = try connection.writeAvailable(Array("hello".utf8))
        }
      }
    }
    connection.close()
    for _ in 0..<3 { #expect(try client.exchange().reason == .withheld) }
  }

  @Test("a server that closes without a word whether resumed or not is resumed with all the same")
  func silentServer() throws {
    let client = try Client(script)
    client.server.update { $0.ending = Ending(.afterHandshake) }
    func send() throws -> Outcome {
      let connection = try client.connect()
      try connection.write(Array("a line for a log".utf8))
      #expect(try connection.read().isEmpty)
      connection.close()
      return connection.outcome
    }
    #expect(try send().reason == .noTicket)
    for _ in 0..<3 { #expect(try send().isResumed) }
  }

  // MARK: Who can't connect again

  private typealias Application = AttachTests.Application

  @Test("who can't connect again loses one connection, and then none for an hour")
  func attached() throws {
    let application = Application(client: try Client(script))
    try application.run()
    let server = application.client.server
    server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
    #expect(throws: RawFailure(code: GNUTLS_E_FATAL_ALERT_RECEIVED)) { try application.run() }
    for _ in 0..<3 { #expect(try application.run().reason == .withheld) }
    application.client.clock.advance(seconds: hour)
    #expect(throws: RawFailure(code: GNUTLS_E_FATAL_ALERT_RECEIVED)) { try application.run() }
    #expect(try application.run().reason == .withheld)
    server.update { $0.failure = nil }
    application.client.clock.advance(seconds: 24 * hour)
    #expect(try application.run().isResumed)
  }

  @Test(
    "so does who is attached to a session that the server ends before it answers",
    arguments: [HandshakeFailure.Action.alert(49), .close, .reset])
  func attachedAndBroken(action: HandshakeFailure.Action) throws {
    let application = Application(client: try Client(script))
    try application.run()
    let server = application.client.server
    for wait in [hour, 24 * hour] {
      server.update { $0.failureOfResumed = action }
      let session = try RawSession(port: server.port)
      let attachment = try application.attach(to: session)
      #expect(session.handshake() == 0)
      #expect(try attachment.handshakeDone(0).isResumed)
      session.send("hello")
      #expect(throws: RawFailure.self) { try session.receive().get() }
      attachment.detach()
      for _ in 0..<3 { #expect(try application.run().reason == .withheld) }
      application.client.clock.advance(seconds: wait)
    }
    server.update { $0.failureOfResumed = nil }
    #expect(try application.run().isResumed)
  }

  @Test("who detaches because nothing is ever answered has made an offer that failed, and says so")
  func attachedAndImpatient() throws {
    let application = Application(client: try Client(script))
    try application.run()
    application.client.server.update {
      $0.failure = HandshakeFailure(
        .after, .clientHello, direction: .received, action: .silence, onlyWhenResuming: true)
    }
    let session = try RawSession(port: application.client.server.port, flags: UInt32(GNUTLS_NONBLOCK as Int32))
    let attachment = try application.attach(to: session)
    for _ in 0..<10 {
      #expect(unsafe gnutls_handshake(session.pointer) == GNUTLS_E_AGAIN)
      usleep(5_000)
    }
    #expect(attachment.outcome.reason == .unfinished)
    attachment.detach()
    // Else the next connection would wait for ever.
    try #require(attachment.outcome.handshakeFailedWithTicket)
    #expect(attachment.outcome.reason == .unfinished)
    for _ in 0..<3 { #expect(try application.run().reason == .withheld) }
  }

  @Test("an attached session that is let go of before its handshake, or unused after it, teaches nothing")
  func attachedAndUnused() throws {
    let application = Application(client: try Client(script))
    // As many tickets as are used up.
    for _ in 0..<2 { try application.run() }
    for makesHandshake in [false, true] {
      let session = try RawSession(port: application.client.server.port)
      let attachment = try application.attach(to: session)
      if makesHandshake {
        #expect(session.handshake() == 0)
        #expect(try attachment.handshakeDone(0).isResumed)
      }
      attachment.detach()
      #expect(!attachment.outcome.handshakeFailedWithTicket)
    }
    #expect(try application.run().isResumed)
  }

  @Test("a suspicion is the server's, not the identity's; and one that a failure without an offer clears rests nothing")
  func suspicion() throws {
    let application = Application(client: try Client(script))
    try application.run()
    let server = application.client.server
    server.update { $0.failure = HandshakeFailure(.before, .serverHello) }
    #expect(throws: RawFailure.self) { try application.run() }
    // Without an offer it fails too.
    #expect(throws: RawFailure.self) { try application.run() }
    server.update { $0.failure = nil }
    #expect(try application.run().isResumed)
  }
}
