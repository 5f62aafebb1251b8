import CGnuTLS
import Glibc
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A forked process and its parent have no ticket in common", .serialized)
struct ForkedTicketTests {
  @Test("of a store in memory")
  func memory() throws {
    let client = try Client()
    try client.visit()
    client.server.update { $0.tickets.count = 0 }
    let status = ForkedProcess.run {
      guard let connection = try? client.connect() else { return 1 }
      connection.close()
      return connection.outcome.isResumed ? 2 : 0
    }
    #expect(status == 0)
    #expect(try client.visit().isResumed)
    #expect(client.server.repetitions() == [])
  }

  @Test("of a session that was attached before: the child's handshake ends before anything is sent")
  func attached() throws {
    let application = AttachTests.Application(client: try Client())
    try application.run()
    let server = application.client.server
    server.update { $0.tickets.count = 0 }
    let session = try RawSession(port: server.port)
    let attachment = try application.attach(to: session)
    // The child makes its handshake on a connection of its own.
    let other = try RawSession(port: server.port)
    let notes = try application.client.store.count().notes
    let status = ForkedProcess.run {
      unsafe cgnutls_transport_set_descriptor(session.pointer, other.descriptor)
      let result = session.handshake()
      _ = try? attachment.handshakeDone(result)
      return result == GNUTLS_E_INVALID_REQUEST ? 0 : 1
    }
    #expect(status == 0)
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    #expect(session.isResumed)
    attachment.detach()
    #expect(server.waitForConnections(2).count { $0.clientHello?.offersResumption == true } == 1)
    #expect(try application.client.store.count().notes == notes)
  }

  @Test("of a session that was attached without an offer: both make their handshakes")
  func attachedWithoutOffer() throws {
    let application = AttachTests.Application(client: try Client())
    let session = try RawSession(port: application.client.server.port)
    let attachment = try application.attach(to: session)
    let other = try RawSession(port: application.client.server.port)
    let status = ForkedProcess.run {
      unsafe cgnutls_transport_set_descriptor(session.pointer, other.descriptor)
      return session.handshake() == 0 ? 0 : 1
    }
    #expect(status == 0)
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    attachment.detach()
  }

  @Test("of a fork within the caller's own closures", arguments: Moment.allCases)
  func withinClosure(moment: Moment) throws {
    let folder = try TemporaryFolder()
    var script = ServerScript()
    script.tickets.count = 1
    var client = try Client(script, store: DirectoryStore(path: folder.file("store")))
    if moment != .storing { try client.visit() }
    let forker = Forker()
    let master = try Client.masterKey()
    client.configuration.resumption = Resumption(
      store: client.store, masterKey: .keys(KeyRing(newest: master)),
      options: ResumptionOptions(
        log: { if moment == .offering, $0.contains("offering") { forker.fork() } },
        mayStore: { _ in
          if moment == .storing { forker.fork() }
          return true
        },
        observer: { event in
          if moment == .claiming, case .claim(.ticket?) = event.step { forker.fork() }
        }))
    let port = client.server.port
    let other = try RawSession(port: port)
    if moment != .storing {
      try offering(client, forker, other)
    } else {
      let connection = try client.connect()
      connection.close()
      if forker.isChild { _exit(0) }
    }
    #expect(forker.wait() == 0)
    // What the child has shared of it ends with the parent's.
    _ = shutdown(other.descriptor, Int32(SHUT_RDWR))
    #expect(try client.store.count().tickets <= 1)
    #expect(client.server.repetitions() == [])
  }

  private func offering(_ client: Client, _ forker: Forker, _ other: RawSession) throws {
    let application = AttachTests.Application(client: client)
    let session = try RawSession(port: client.server.port)
    let attachment = try application.attach(to: session, by: client.configuration.resumption)
    if forker.isChild { unsafe cgnutls_transport_set_descriptor(session.pointer, other.descriptor) }
    let result = session.handshake()
    if forker.isChild { _exit(result == 0 && !session.isResumed ? 0 : 1) }
    #expect(result == 0 && session.isResumed)
    try attachment.handshakeDone(result)
    attachment.detach()
  }

  enum Moment: CaseIterable {
    case claiming, offering, storing
  }

  /// Forks once.
  private final class Forker: Sendable {
    private let child = Lock<pid_t?>(nil)

    func fork() {
      guard child.withLock({ $0 }) == nil else { return }
      let made = ForkedProcess.fork()
      child.withLock { $0 = made }
    }

    var isChild: Bool { child.withLock { $0 } == 0 }

    func wait() -> Int32 { child.withLock { $0 }.map(ForkedProcess.end) ?? -1 }
  }
}
