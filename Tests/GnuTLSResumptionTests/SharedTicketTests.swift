import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A ticket that a program has got from GnuTLS too")
struct SharedTicketTests {
  /// An engine whose program may have its tickets, over a store in a folder.
  private struct Place {
    let folder: TemporaryFolder
    let shared: SharedTickets
    let engine: Resumption
    let client: Client

    init(store: (any TicketStore) -> any TicketStore = { $0 }) throws {
      folder = try TemporaryFolder()
      let path = RawPath(folder.file("store"))
      let store = store(DirectoryStore(path: path))
      shared = SharedTickets(at: FolderPlace(path))
      client = try Client(oneTicket, store: store)
      engine = Resumption(
        store: store, sharedTickets: shared,
        masterKey: try .keys(KeyRing(newest: #require(MasterKey([UInt8](repeating: 1, count: 32))))))
    }

    /// What another process of the same program's would do: it has seen nothing of what came here.
    func elsewhere() throws -> (SharedTickets, Resumption) {
      let path = RawPath(folder.file("store"))
      let shared = SharedTickets(at: FolderPlace(path))
      return (
        shared,
        Resumption(
          store: DirectoryStore(path: path), sharedTickets: shared,
          masterKey: try .keys(KeyRing(newest: #require(MasterKey([UInt8](repeating: 1, count: 32))))))
      )
    }

    /// A program's connection, up to when its ticket has been kept or not.
    func visit(by engine: Resumption? = nil) throws -> Visit {
      let session = try RawSession(port: client.server.port, caFile: Client.fixture("ecdsa-root.pem"))
      let attachment = unsafe try ForeignAttachment(
        engine ?? self.engine, to: session.pointer,
        identity: ConnectionIdentity(server: ServerIdentity(name: "localhost", port: client.server.port)),
        policy: .sessionCredentials, hook: nil)
      #expect(session.handshake() == 0)
      #expect(attachment.handshakeSucceeded())
      session.send("hello")
      _ = session.receive()
      return Visit(session: session, attachment: attachment)
    }
  }

  private struct Visit {
    let session: RawSession
    let attachment: ForeignAttachment

    func sessionData() -> [UInt8] { session.data().bytes }

    func end() { withExtendedLifetime(session) { attachment.detach() } }
  }

  private static var oneTicket: ServerScript {
    var script = ServerScript()
    script.tickets.count = 1
    return script
  }
  private static func use(_ data: [UInt8], _ shared: SharedTickets, _ engine: Resumption, isReachable: Bool = true)
    -> Use
  {
    let use = unsafe data.withUnsafeBytes { unsafe shared.program(uses: $0, of: engine, isReachable: isReachable) }
    return switch use {
    case .denied: .denied
    case .own(let known): known == nil ? .own : .known
    }
  }
  private enum Use { case denied, own, known }

  @Test("What comes is kept. The program uses it first, again and again: the engine never does, in whatever process")
  func programFirst() throws {
    let place = try Place()
    let visit = try place.visit()
    let data = visit.sessionData()
    visit.attachment.keep()
    #expect(try place.client.store.count().tickets == 1)
    let (elsewhere, _) = try place.elsewhere()
    #expect(Self.use(data, elsewhere, place.engine) == .own)
    for _ in 0..<2 { #expect(Self.use(data, place.shared, place.engine) == .known) }
    visit.end()
    // The record is there still, as the other process didn't know it.
    let next = try place.visit()
    #expect(!next.attachment.outcome.isResumed)
    next.end()
    #expect(place.client.server.waitForConnections(2).map { $0.clientHello?.pskIdentities.count } == [0, 0])
  }

  @Test("A ticket to which its server gives a month is used like any other")
  func month() throws {
    let place = try Place()
    place.client.server.update { $0.tickets.announcedLifetime = 30 * 86_400 }
    let visit = try place.visit()
    visit.attachment.keep()
    visit.end()
    let next = try place.visit()
    #expect(next.attachment.outcome.isResumed)
    next.end()
  }

  @Test("The engine uses it first: the program never does, not even with bytes behind it")
  func engineFirst() throws {
    let place = try Place()
    let visit = try place.visit()
    let data = visit.sessionData()
    visit.attachment.keep()
    let (elsewhere, other) = try place.elsewhere()
    let next = try place.visit(by: other)
    #expect(next.attachment.outcome.isResumed)
    for data in [data, data + [0], data + [UInt8](repeating: 7, count: 200)] {
      #expect(Self.use(data, place.shared, place.engine) == .denied)
      #expect(Self.use(data, elsewhere, other) == .denied)
    }
    next.end()
    visit.end()
  }

  @Test("Neither a purge nor another key makes it usable again")
  func purged() throws {
    let place = try Place()
    let visit = try place.visit()
    let data = visit.sessionData()
    visit.attachment.keep()
    let next = try place.visit()
    #expect(next.attachment.outcome.isResumed)
    next.end()
    visit.end()
    try place.client.store.removeAll()
    let (elsewhere, _) = try place.elsewhere()
    let other = Resumption(
      store: place.client.store, sharedTickets: elsewhere,
      masterKey: try .keys(KeyRing(newest: #require(MasterKey([UInt8](repeating: 7, count: 32))))))
    #expect(Self.use(data, elsewhere, other) == .denied)
  }

  @Test("What the program uses before it is kept isn't kept")
  func beforeKeeping() throws {
    let place = try Place()
    let visit = try place.visit()
    #expect(Self.use(visit.sessionData(), place.shared, place.engine) == .known)
    visit.attachment.keep()
    #expect(visit.attachment.outcome.notStored[.ceded] == 1)
    #expect(try place.client.store.count().tickets == 0)
    visit.end()
  }

  @Test("A store whose answer is lost: the ticket is used by one of both")
  func lostAnswer() throws {
    let place = try Place { UnansweringStore(base: $0) }
    let visit = try place.visit()
    let data = visit.sessionData()
    visit.attachment.keep()
    #expect(visit.attachment.outcome.storeError?.code == .unavailable)
    #expect(try place.client.store.count().tickets == 1)
    #expect(Self.use(data, place.shared, place.engine, isReachable: false) == .denied)
    #expect(Self.use(data, place.shared, place.engine) == .known)
    let next = try place.visit()
    #expect(!next.attachment.outcome.isResumed)
    next.end()
    visit.end()
  }

  @Test("Where no mark can be made, the engine offers nothing, and the program what is certainly nobody else's")
  func unmarkable() throws {
    let place = try Place()
    let visit = try place.visit()
    let kept = visit.sessionData()
    visit.attachment.keep()
    let foreign = try place.visit(by: place.elsewhere().1)
    let waiting = try place.visit()
    // A file in the place of the folder.
    let marks = place.folder.file("store/used")
    try FileManager.default.removeItem(atPath: marks)
    try Data().write(to: URL(fileURLWithPath: marks))

    #expect(Self.use(kept, place.shared, place.engine) == .denied)
    #expect(Self.use(foreign.sessionData(), place.shared, place.engine) == .denied)
    for _ in 0..<2 { #expect(Self.use(waiting.sessionData(), place.shared, place.engine) == .known) }
    waiting.attachment.keep()
    #expect(waiting.attachment.outcome.notStored[.ceded] == 1)

    foreign.attachment.keep()
    // What the engine can't mark stays for later.
    let count = try place.client.store.count().tickets
    let next = try place.visit()
    #expect(!next.attachment.outcome.isResumed && next.attachment.outcome.storeError != nil)
    #expect(try place.client.store.count().tickets == count && count > 0)
    for visit in [visit, foreign, waiting, next] { visit.end() }
  }

  @Test("A kept ticket that nobody has taken is the program's, also where no mark can be made")
  func takenBack() throws {
    let place = try Place()
    let visit = try place.visit()
    visit.attachment.keep()
    try Data().write(to: URL(fileURLWithPath: place.folder.file("store/used")))
    for _ in 0..<2 { #expect(Self.use(visit.sessionData(), place.shared, place.engine) == .known) }
    #expect(try place.client.store.count().tickets == 0)
    visit.end()
  }

  @Test("What came to a session in which the engine takes no part is the program's, also where no mark can be made")
  func leftAlone() throws {
    let place = try Place()
    let session = try RawSession(port: place.client.server.port)
    #expect(session.handshake() == 0)
    session.send("hello")
    _ = session.receive()
    let data = session.data().bytes
    #expect(Self.use(data, place.shared, place.engine, isReachable: false) == .denied)
    unsafe data.withUnsafeBytes { unsafe place.shared.isGiven($0) }
    for _ in 0..<2 { #expect(Self.use(data, place.shared, place.engine, isReachable: false) == .own) }
  }

  @Test("The newest ticket of a session that others may have to resume is kept when it ends")
  func held() throws {
    let place = try Place()
    let visit = try place.visit()
    visit.attachment.holdNewestTicket()
    visit.attachment.keep()
    #expect(!visit.attachment.hasSomethingToKeep)
    #expect(try place.client.store.count().tickets == 0)
    #expect(Self.use([], place.shared, place.engine) == .own)
    visit.end()
    #expect(try place.client.store.count().tickets == 1)
  }

  @Test("Once the program may use tickets unseen, all that this process has kept is the program's")
  func unseen() throws {
    let place = try Place()
    let visit = try place.visit()
    visit.attachment.keep()
    #expect(try place.client.store.count().tickets == 1)
    place.shared.withdrawAll(of: place.engine)
    #expect(try place.client.store.count().tickets == 0)
    visit.end()
  }

  @Test("Of many who want it at once, engines and programs, only ones of a kind get it, and of engines one")
  func concurrently() throws {
    let place = try Place()
    let visit = try place.visit()
    let ticket = try #require(try PackedTicket.find(in: visit.sessionData()))
    let users = Lock<[TicketUser]>([])
    DispatchQueue.concurrentPerform(iterations: 32) { index in
      let marks = UseMarks(at: FolderPlace(RawPath(place.folder.file("store"))))
      let user: TicketUser = index.isMultiple(of: 2) ? .engine : .program
      guard let before = try? marks.mark(ticket.digest, endingAt: ticket.expiry, by: user, now: .now()) else {
        return users.withLock { $0.append(user) }
      }
      if before == .program, user == .program { users.withLock { $0.append(user) } }
    }
    let winners = users.withLock { $0 }
    #expect(winners == [.engine] || (!winners.isEmpty && winners.allSatisfy { $0 == .program }))
    visit.end()
  }

  @Test(
    "A program's own ticket, kept or not yet, is taken in where it is of the same identity, and only there",
    arguments: [true, false])
  func adopted(isKept: Bool) throws {
    let place = try Place()
    let visit = try place.visit()
    if isKept { visit.attachment.keep() }
    let data = visit.sessionData()
    let use = unsafe data.withUnsafeBytes { unsafe place.shared.program(uses: $0, of: place.engine, isReachable: true) }
    guard case .own(let own?) = use else { throw PeerError("the ticket is not known") }
    visit.end()
    for (partition, isTaken) in [("another", false), ("", true)] {
      let session = try RawSession(port: place.client.server.port, caFile: Client.fixture("ecdsa-root.pem"))
      #expect(session.setData(data) == 0)
      let attachment = unsafe try? ForeignAttachment(
        place.engine, to: session.pointer,
        identity: ConnectionIdentity(
          server: ServerIdentity(name: "localhost", port: place.client.server.port), partition: partition),
        policy: .sessionCredentials, hook: nil, offering: own)
      #expect((attachment != nil) == isTaken)
      guard let attachment else { continue }
      #expect(session.handshake() == 0 && attachment.handshakeSucceeded())
      session.send("hello")
      _ = session.receive()
      attachment.keep()
      #expect(attachment.outcome.isResumed && attachment.outcome.ticketsStored == 1)
      withExtendedLifetime(session) { attachment.detach() }
    }
    let next = try place.visit()
    #expect(next.attachment.outcome.isResumed)
    next.end()
  }
}

/// Inserts, and loses the answer, as a store behind a network may.
private final class UnansweringStore: ForwardingStore {
  let base: any TicketStore

  init(base: any TicketStore) { self.base = base }

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try base.insert(record, at: place, generation: generation, now: now)
    throw StoreError(.unavailable, "no answer", place: "test")
  }
}
