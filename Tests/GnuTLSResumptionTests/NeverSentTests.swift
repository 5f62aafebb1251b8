import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Offered isn't sent: where GnuTLS leaves tickets out")
struct NeverSentTests {
  @Test("priorities that forbid tickets: nothing is stored or claimed, and the reason says so")
  func priorities() throws {
    var client = try Client()
    client.configuration.priority = "NORMAL:%NO_TICKETS"
    for _ in 0..<2 {
      let outcome = try client.exchange()
      #expect(outcome.reason == .disabled)
      #expect(outcome.ticketsStored == 0)
    }
    #expect(try client.store.count() == StoreCount())
    #expect(client.server.waitForConnections(2).allSatisfy { $0.clientHello?.offersResumption == false })
  }

  @Test("a session whose flags forbid tickets: nothing is stored, and an offer that GnuTLS leaves out isn't declined")
  func flags() throws {
    var application = AttachTests.Application(client: try Client())
    try application.run()
    #expect(try application.run().isResumed)
    let before = try application.client.store.count().tickets
    application.flags = UInt32(GNUTLS_NO_TICKETS as Int32)
    let outcome = try application.run()
    #expect(outcome.reason == .withheld)
    #expect(outcome.ticketsStored == 0)
    #expect(outcome.notStored.entries.map(\.reason) == [.neverSent])
    // Its siblings are as good as they were.
    #expect(try application.client.store.count().tickets == before - 1)
    application.flags = 0
    #expect(try application.run().isResumed)
  }

  @Test("a ticket that was in the first ClientHello was sent, whatever the second says after a HelloRetryRequest")
  func secondMessage() throws {
    let application = AttachTests.Application(client: try Client())
    try application.run()
    for offers in [[true, false], [false, true], [false, false]] {
      let session = try RawSession(port: application.client.server.port)
      let context = unsafe try application.client.resumption().attached(
        to: session.pointer, application.identity, application.verification, nil)
      try #require(context.offered != nil)
      for isOffered in offers { context.sent(try #require(SentClientHello(Self.message(offering: isOffered)))) }
      #expect(context.outcome.reason == (offers.contains(true) ? .declined : .withheld))
      context.deregister()
      try application.run()
    }
  }

  /// A ClientHello as short as can be.
  private static func message(offering: Bool) -> [UInt8] {
    let extensions: [UInt8] = offering ? [0, 41, 0, 0] : []
    return [UInt8](repeating: 0, count: 34) + [0, 0, 0, 0, 0, UInt8(extensions.count)] + extensions
  }

  @Test("a ClientHello tells", arguments: ["NORMAL", "NORMAL:%NO_TICKETS", "NORMAL:-VERS-TLS1.3"])
  func message(priority: String) throws {
    let message = try #require(try ClientHelloTrap.message(priority: priority))
    let parsed = try #require(SentClientHello(message))
    #expect(parsed.acceptsTickets == (priority != "NORMAL:%NO_TICKETS"))
    #expect(!parsed.offersTicket)
    for length in message.indices { _ = SentClientHello(Array(message[..<length])) }
  }
}

/// The ClientHello that a session would send.
private enum ClientHelloTrap {
  nonisolated(unsafe) private static var seen: [UInt8]?

  static func message(priority: String) throws -> [UInt8]? {
    let silent = try SilentServer()
    let session = try RawSession(port: silent.port, flags: UInt32(GNUTLS_NONBLOCK as Int32), priority: priority)
    unsafe seen = nil
    unsafe gnutls_handshake_set_hook_function(
      session.pointer, UInt32(GNUTLS_HANDSHAKE_CLIENT_HELLO.rawValue), GNUTLS_HOOK_PRE
    ) { _, _, _, _, message in
      guard let message = unsafe message else { return 0 }
      unsafe ClientHelloTrap.seen = Array(
        UnsafeBufferPointer(start: message.pointee.data, count: Int(message.pointee.size)))
      return 0
    }
    _ = unsafe gnutls_handshake(session.pointer)
    return unsafe seen
  }
}
