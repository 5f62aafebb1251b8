import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

/// Marks of use are a machine's own: what a program may use must be out of other machines' reach.
@Suite("A program's tickets, where tickets are shared")
struct SharedProgramTests {
  private let folder: TemporaryFolder
  private let server: TLSServer
  private let store = SilencedStore()
  private let local: DirectoryStore
  private let marks: SharedTickets
  private let engine: Resumption

  init() throws {
    folder = try TemporaryFolder()
    var script = ServerScript()
    script.tickets.count = 1
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
    let path = RawPath(folder.file("store"))
    local = DirectoryStore(path: path)
    marks = SharedTickets(at: FolderPlace(path))
    engine = Resumption(
      store: local, sharedTickets: marks, masterKey: try Self.key(1),
      sharing: Sharing(of: .all, in: store, masterKey: try Self.key(2)))
  }

  private static func key(_ byte: UInt8) throws -> MasterKeySource {
    .keys(KeyRing(newest: try #require(MasterKey([UInt8](repeating: byte, count: 32)))))
  }

  private struct Visit {
    let session: RawSession
    let attachment: ForeignAttachment

    func end() { withExtendedLifetime(session) { attachment.detach() } }
  }

  private func visit() throws -> Visit {
    let session = try RawSession(port: server.port, caFile: Fixture.ecdsa.root)
    let attachment = unsafe try ForeignAttachment(
      engine, to: session.pointer,
      identity: ConnectionIdentity(server: ServerIdentity(name: "localhost", port: server.port)),
      policy: .sessionCredentials, hook: nil)
    #expect(session.handshake() == 0)
    #expect(attachment.handshakeSucceeded())
    session.send("hello")
    _ = session.receive()
    return Visit(session: session, attachment: attachment)
  }

  private func take(_ data: [UInt8], isReachable: Bool = true) {
    unsafe data.withUnsafeBytes { unsafe marks.isTaken($0, of: engine, isReachable: isReachable) }
  }

  private func mayUse(_ data: [UInt8]) -> Bool {
    let use = unsafe data.withUnsafeBytes { unsafe marks.program(uses: $0, of: engine, isReachable: true) }
    if case .own = use { return true }
    return false
  }

  @Test("What a program takes isn't on the shared store any more")
  func withdrawn() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    #expect(try store.count().tickets == 1)
    let data = visit.session.data().bytes
    take(data)
    #expect(try store.count().tickets == 0)
    #expect(mayUse(data))
    visit.end()
  }

  @Test("What it takes before it is kept stays on the machine, and is used by one of both")
  func takenFirst() throws {
    let visit = try self.visit()
    let data = visit.session.data().bytes
    take(data)
    visit.attachment.keep()
    #expect(try store.count().tickets == 0 && local.count().tickets == 1)
    let next = try self.visit()
    #expect(next.attachment.outcome.isResumed)
    #expect(!mayUse(data))
    next.end()
    visit.end()
  }

  @Test("What another machine has got meanwhile the program is denied, in whatever process")
  func lost() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    // As another machine does.
    for summary in try store.fold([], { $0 + [$1] }) {
      guard case .claimed = try store.take(from: summary.key.place, now: .now()) else { return #expect(Bool(false)) }
    }
    let data = visit.session.data().bytes
    take(data)
    #expect(!mayUse(data))
    let elsewhere = SharedTickets(at: FolderPlace(RawPath(folder.file("store"))))
    let use = unsafe data.withUnsafeBytes { unsafe elsewhere.program(uses: $0, of: engine, isReachable: true) }
    guard case .denied = use else { return #expect(Bool(false)) }
    visit.end()
  }

  @Test("So it is where nobody has seen the program take it, however often it tries")
  func unseen() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    for summary in try store.fold([], { $0 + [$1] }) {
      guard case .claimed = try store.take(from: summary.key.place, now: .now()) else { return #expect(Bool(false)) }
    }
    let data = visit.session.data().bytes
    for _ in 0..<3 { #expect(!mayUse(data)) }
    visit.end()
  }

  @Test("So it is where the program's calls pass unseen from then on")
  func withdrawnLate() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    for summary in try store.fold([], { $0 + [$1] }) {
      guard case .claimed = try store.take(from: summary.key.place, now: .now()) else { return #expect(Bool(false)) }
    }
    marks.withdrawAll(of: engine)
    #expect(!mayUse(visit.session.data().bytes))
    visit.end()
  }

  @Test("So it is where the store has the ticket, and its answer was lost")
  func answerLost() throws {
    let visit = try self.visit()
    store.losesAnswers.withLock { $0 = true }
    visit.attachment.keep()
    store.losesAnswers.withLock { $0 = false }
    #expect(try store.count().tickets == 1)
    let data = visit.session.data().bytes
    #expect(!mayUse(data))
    marks.withdrawAll(of: engine)
    #expect(!mayUse(data))
    visit.end()
  }

  @Test("So it is where the store has the ticket, says that its id is taken, and can't be asked by whom")
  func idDenied() throws {
    let visit = try self.visit()
    store.deniesIDs.withLock { $0 = true }
    visit.attachment.keep()
    store.deniesIDs.withLock { $0 = false }
    #expect(try store.count().tickets == 1)
    let data = visit.session.data().bytes
    #expect(!mayUse(data))
    visit.end()
  }

  @Test("What it takes while it is being kept isn't shared")
  func takenMeanwhile() throws {
    let visit = try self.visit()
    let data = visit.session.data().bytes
    let ticket = try #require(try PackedTicket.find(in: data))
    take(data)
    #expect(!marks.mayStore(ticket, isShared: true))
    #expect(marks.mayStore(ticket, isShared: false))
    visit.end()
  }

  @Test("So it is where the store doesn't answer")
  func unanswered() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    store.close()
    let data = visit.session.data().bytes
    take(data)
    #expect(!mayUse(data))
    visit.end()
  }

  @Test("A ticket that nobody takes is shared, and used once")
  func untaken() throws {
    let visit = try self.visit()
    visit.attachment.keep()
    visit.end()
    let next = try self.visit()
    #expect(next.attachment.outcome.isResumed)
    #expect(try local.count().tickets == 0)
    next.end()
  }
}

/// Takes in what it is given, and doesn't say so.
private final class SilencedStore: ForwardingStore {
  let base: any TicketStore = MemoryStore()
  let losesAnswers = Lock(false)
  /// It says that the id is taken, and then is out of reach.
  let deniesIDs = Lock(false)

  func insert(
    _ record: SealedRecord, at place: StoreKey, generation: StoreGeneration?, now: WallTime
  ) throws(StoreError) {
    try base.insert(record, at: place, generation: generation, now: now)
    if losesAnswers.withLock({ $0 }) { throw StoreError(.unavailable, "the server doesn't answer in time", place: "") }
    if deniesIDs.withLock({ $0 }) { throw StoreError(.idExists, "it is there", place: "", leavesNothing: true) }
  }

  func read(_ key: RecordKey) throws(StoreError) -> SealedRecord? {
    guard deniesIDs.withLock({ !$0 }) else {
      throw StoreError(.unavailable, "the server can't be reached", place: "", leavesNothing: true)
    }
    return try base.read(key)
  }
}
