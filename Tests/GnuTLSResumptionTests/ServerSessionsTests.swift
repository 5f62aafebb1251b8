import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("TLS 1.2 sessions by id")
struct ServerSessionsTests {
  private func context(_ name: String = "localhost") throws -> HostContext { try #require(HostContext(name)) }

  @Test("an observer is told of what is stored, looked up and removed")
  func events() throws {
    let fleet = Fleet()
    let server = try fleet.server()
    var client = ServedClient(.tls12SessionID)
    #expect(try !client.visit(server))
    #expect(fleet.events.has("stored session"))
    #expect(try client.visit(server))
    #expect(fleet.events.has("found session"))
    let sessions = try #require(server.sessions)
    let session = try #require(try sessions.select(context()).first)
    #expect(session.id.count == 32 && session.expiry - session.created.seconds == 21_600)
    #expect(try sessions.remove(id: session.id, of: context()))
    #expect(try !sessions.remove(id: session.id, of: context()))
    #expect(fleet.events.has(": explicit"))
    #expect(try !client.visit(server))
    #expect(fleet.events.has("found no session"))
  }

  @Test("what a store has of a session tells nothing, opens at its own place only, and a damaged one is removed")
  func sealed() throws {
    let fleet = Fleet()
    let server = try fleet.server()
    var client = ServedClient(.tls12SessionID)
    #expect(try !client.visit(server))
    let summary = try #require(try fleet.sessionStore.fold([]) { $0 + [$1] }.first)
    let record = try #require(try fleet.sessionStore.read(summary.key))
    let id = try #require(try server.sessions?.select(context()).first).id
    #expect(!record.bytes.contains(id))
    // At another id's place.
    let key = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    let otherID = [UInt8](repeating: 1, count: 32)
    let place = try StoredSession.place(id: otherID, context: context().digest, key: key)
    try fleet.sessionStore.insert(record, at: place, now: .now())
    #expect(server.sessions?.data(id: otherID, context: try context()) == nil)
    #expect(fleet.events.has(": damaged"))
    #expect(try fleet.sessionStore.count().sessions == 1)
    #expect(try client.visit(server))
  }

  @Test("a handshake waits no longer than it may, under however many master keys a session is looked for")
  func limitedTime() throws {
    let keys = try (1...6).map { try #require(MasterKey([UInt8](repeating: $0, count: 32))) }
    var options = ServerOptions()
    options.patience = 50
    let store = TimedStore(MemoryStore(role: .server), delay: 200)
    let sessions = ServerSessions(
      store: store, masterKey: .keys(KeyRing(newest: keys[0], older: Array(keys[1...]))), options: options)
    #expect(sessions.data(id: [1, 2, 3], context: try context()) == nil)
    #expect(store.waited < 100)
  }

  @Test("a session expires, and what has is told")
  func expiry() throws {
    let clock = StandingClock()
    let fleet = Fleet(slotLength: 100, lifetime: 200)
    let server = try fleet.server(clock: { clock.now })
    var client = ServedClient(.tls12SessionID)
    try clock.run { () throws in #expect(try !client.visit(server)) }
    clock.advance(seconds: 199)
    try clock.run { () throws in #expect(try client.visit(server)) }
    clock.advance(seconds: 1)
    #expect(try server.sessions?.select(context()).isEmpty == true)
    try clock.run { () throws in #expect(try !client.visit(server)) }
    #expect(fleet.events.has(": expired"))
  }

  @Test("they are counted, folded, purged and removed by context; a closed store is gone without")
  func lookingAfter() throws {
    let clock = StandingClock()
    let fleet = Fleet(lifetime: 200)
    let server = try fleet.server(clock: { clock.now })
    let sessions = try #require(server.sessions)
    for name in ["a", "a", "a", "b"] {
      var client = ServedClient(.tls12SessionID, name: name)
      try clock.run { () throws in #expect(try !client.visit(server)) }
      clock.advance(seconds: 1)
    }
    #expect(try sessions.count() == 4)
    #expect(try sessions.fold(of: context("a"), 0) { count, _ in count + 1 } == 3)
    let created = try sessions.select(context("a")).map(\.created)
    #expect(created == created.sorted() && Set(created).count == 3)
    #expect(try sessions.removeAll(of: context("a")) == 3)
    #expect(try sessions.count() == 1 && sessions.purgeExpired() == 0)
    clock.advance(seconds: 1_000)
    #expect(try sessions.purgeExpired() == 1)
    sessions.close()
    var client = ServedClient(.tls12SessionID)
    #expect(try !client.visit(server))
    #expect(try !client.visit(server))
    #expect(client.codes == [0, 0])
  }

  @Test("no id that a client may send does harm", arguments: [0, 1, 31, 32, 33, 255])
  func ids(count: Int) throws {
    let sessions = try #require(try Fleet().server().sessions)
    let id = [UInt8](repeating: 3, count: count)
    sessions.store(id: id, data: [1, 2, 3], context: try context())
    let isKept = (1...32).contains(count)
    #expect(sessions.data(id: id, context: try context()) == (isKept ? [1, 2, 3] : nil))
    #expect(sessions.data(id: id, context: try context("other")) == nil)
    sessions.remove(id: id, context: try context())
    #expect(sessions.data(id: id, context: try context()) == nil)
  }

  @Test("session data that are too large are not stored, and nothing breaks")
  func large() throws {
    let sessions = try #require(try Fleet().server().sessions)
    sessions.store(id: [1], data: [UInt8](repeating: 0, count: 200_000), context: try context())
    #expect(try sessions.count() == 0)
  }

  @Test("contents of another format are none")
  func contents() throws {
    var bytes: [UInt8] = [1] + [UInt8](repeating: 2, count: 32) + [0, 0, 0, 0, 0, 0, 0, 9, 2, 7, 8, 5, 6]
    let session = try #require(StoredSession(bytes))
    #expect(session.id == [7, 8] && session.data == [5, 6] && session.created.nanoseconds == 9)
    for length in 0..<44 { #expect(StoredSession(Array(bytes.prefix(length))) == nil) }
    bytes[0] = 2
    #expect(StoredSession(bytes) == nil)
  }
}

extension [UInt8] {
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: part) }
  }
}
