import Glibc
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("What is removed stays removed")
struct RemovalTests {
  enum Removal: CaseIterable {
    case purge, forget, forgetAnyPort
  }

  private func remove(_ removal: Removal, _ client: Client) throws {
    let engine = try client.resumption()
    switch removal {
    case .purge: try engine.purge(expiredOnly: false)
    case .forget: try engine.forget(name: "localhost", port: client.server.port)
    case .forgetAnyPort: try engine.forget(name: "LocalHost.", port: nil)
    }
  }

  @Test("tickets of a connection that was open meanwhile aren't kept", arguments: Removal.allCases, [false, true])
  func whileOpen(removal: Removal, isFirst: Bool) throws {
    let folder = try TemporaryFolder()
    for store in [MemoryStore(), DirectoryStore(path: folder.file("store"))] as [any TicketStore] {
      var script = ServerScript()
      script.tickets.moment = .afterFirstData
      let client = try Client(script, store: store)
      // At the first contact of all nothing is there that could be removed, or that knows the name.
      if !isFirst { try client.exchange() }
      let open = try client.connect()
      try remove(removal, client)
      try open.write([1])
      _ = try open.read()
      open.close()
      #expect(open.outcome.ticketsStored == 0)
      #expect(open.outcome.notStored == [.removedMeanwhile: 2])
      #expect(open.outcome.storeError == nil)
      #expect(try store.count().records == 0)
      #expect(try client.exchange().reason == .noTicket)
      #expect(try client.exchange().isResumed)
    }
  }

  @Test("an expiry's purge, or another engine's connection, ends nothing")
  func others() throws {
    var script = ServerScript()
    script.tickets.moment = .afterFirstData
    let client = try Client(script)
    let open = try client.connect()
    try client.resumption().purge(expiredOnly: true)
    try client.exchange()
    try open.write([1])
    _ = try open.read()
    open.close()
    #expect(open.outcome.ticketsStored == 2)
  }

  /// Everything is removed between the comparing of the generation and the writing of a note.
  private final class PurgedBeforeNote: ForwardingStore {
    let base: any TicketStore = MemoryStore()
    let isArmed = Lock(false)

    func setNote(_ note: [UInt8]?, server: Digest, identity: Digest?, now: WallTime) throws(StoreError) {
      if isArmed.withLock({ $0 }) { _ = try base.removeAll() }
      try base.setNote(note, server: server, identity: identity, now: now)
    }
  }

  @Test("what is noted of a server just then isn't kept either")
  func serverNote() throws {
    let store = PurgedBeforeNote()
    let client = try Client(store: store)
    store.isArmed.withLock { $0 = true }
    #expect(try client.visit().storeError == nil)
    #expect(try store.base.count() == StoreCount())
  }

  @Test("nor is a refusal")
  func refusal() throws {
    let store = PurgedBeforeNote()
    var client = try Client(store: store)
    try client.exchange()
    client.policy = .file(Client.fixture("ecdsa-other-root.pem"))
    store.isArmed.withLock { $0 = true }
    #expect(throws: ConnectionError.self) { try client.anew().exchange() }
    #expect(try store.base.count() == StoreCount())
  }

  /// Can't tell its generation the first time.
  private final class NoGenerationAtFirst: ForwardingStore {
    let base: any TicketStore = MemoryStore()
    private let hasFailed = Lock(false)

    func generation() throws(StoreError) -> StoreGeneration {
      let isFirst = hasFailed.withLock { value in
        defer { value = true }
        return !value
      }
      if isFirst { throw StoreError(.unavailable, "too many open files", place: "test", errno: EMFILE) }
      return try base.generation()
    }
  }

  @Test("where nobody knows whether something was removed meanwhile, nothing is kept")
  func unknownGeneration() throws {
    let store = NoGenerationAtFirst()
    let client = try Client(store: store)
    let connection = try client.connect()
    try client.resumption().purge(expiredOnly: false)
    connection.close()
    #expect(connection.outcome.ticketsReceived == 2 && connection.outcome.ticketsStored == 0)
    #expect(connection.outcome.notStored.entries.map(\.count) == [2])
    #expect(connection.outcome.storeError?.errno == EMFILE)
    #expect(try store.base.count() == StoreCount())
    try client.visit()
    #expect(try client.visit().isResumed)
  }

  @Test("forgetting a server removes what was kept without a port, or without a name")
  func withoutPort() throws {
    let client = try Client()
    let engine = try client.resumption()
    for server in [
      ServerIdentity(name: "localhost", port: 0), ServerIdentity(name: "", port: 0),
      ServerIdentity(name: "", port: client.server.port), ServerIdentity(name: "localhost", port: client.server.port),
      ServerIdentity(name: "example.com", port: 0),
    ] {
      let session = try RawSession(port: client.server.port)
      let attachment = unsafe try engine.attach(
        to: session.pointer, identity: ConnectionIdentity(server: server, expectedName: "localhost"),
        verification: client.configuration.verification)
      #expect(session.handshake() == 0)
      try attachment.handshakeDone(0)
      session.send("x")
      _ = session.receive()
      attachment.detach()
    }
    #expect(try engine.forget(name: "localhost", port: client.server.port) == 8)
    #expect(try engine.inventory().map(\.server.name) == ["example.com"])
  }
}
