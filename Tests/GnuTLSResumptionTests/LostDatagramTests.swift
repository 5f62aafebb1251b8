import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("DTLS whose datagrams are lost, or come twice", .needs(.openssl))
struct LostDatagramTests {
  @Test("resumes where three of ten are lost in both directions")
  func lossy() throws {
    var application = try DatagramApplication()
    let relay = try DatagramRelay(to: application.server.port, losing: 30, seed: 5)
    defer { relay.stop() }
    application.port = relay.port
    let first = try application.run("first")
    #expect(first.reason == .noTicket && first.ticketsStored == 1)
    for word in ["second", "third"] { #expect(try application.run(word).isResumed) }
    #expect(application.server.waitForHandshakes(3).map(\.resumed) == [false, true, true])
    #expect(relay.lostCount > 4 && relay.lostCount < relay.passedCount)
  }

  @Test("the last flight is sent again when the server asks for it, also of a resumption")
  func lastFlight() throws {
    var application = try DatagramApplication()
    let lost = Lock(0)
    let relay = try DatagramRelay(to: application.server.port) { direction, datagram, _ in
      let ends = Self.records(in: datagram).count { $0.type == 20 || ($0.type == 22 && $0.epoch == 1) }
      guard direction == .toServer, ends > 0 else { return 1 }
      return lost.withLock { lost in
        guard lost < 2 else { return 1 }
        lost += ends
        return 0
      }
    }
    defer { relay.stop() }
    application.port = relay.port
    #expect(try application.run("first").ticketsStored == 1)
    let lostBefore = relay.lostCount
    #expect(lostBefore > 0)
    lost.withLock { $0 = 0 }
    #expect(try application.run("second").isResumed)
    #expect(relay.lostCount > lostBefore)
    #expect(application.server.waitForHandshakes(2).map(\.resumed) == [false, true])
  }

  /// RFC 6347, section 4.1. ChangeCipherSpec is of type 20; the Finished message is the first under the new keys.
  private static func records(in datagram: [UInt8]) -> [(type: UInt8, epoch: Int)] {
    var result: [(UInt8, Int)] = []
    var rest = datagram[...]
    while rest.count >= 13 {
      let header = Array(rest.prefix(13))
      result.append((header[0], Int(header[3]) << 8 | Int(header[4])))
      rest = rest.dropFirst(13 + (Int(header[11]) << 8 | Int(header[12])))
    }
    return result
  }

  @Test("nothing is kept of a handshake that never ended, whose ticket has come")
  func unfinished() throws {
    var application = try DatagramApplication()
    application.prepare = { unsafe gnutls_dtls_set_timeouts($0.pointer, 50, 500) }
    let relay = try DatagramRelay(to: application.server.port) { direction, datagram, _ in
      direction == .toClient && Self.records(in: datagram).contains { $0.type == 22 && $0.epoch == 1 } ? 0 : 1
    }
    defer { relay.stop() }
    application.port = relay.port
    let session = try application.session()
    let attachment = try application.attach(to: session)
    #expect(session.handshake() == GNUTLS_E_TIMEDOUT)
    #expect(throws: VerificationFailure.self) { try attachment.handshakeDone(0) }
    attachment.detach()
    #expect(try application.store.count().records == 0)
  }
}
