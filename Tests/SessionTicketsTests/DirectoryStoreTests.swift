import Foundation
import SessionTicketsLocking
import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("The directory store")
struct DirectoryStoreTests {
  private let folder = TemporaryFolder()
  private let place = RecordFactory.place()

  private func store(bounds: StoreBounds = StoreBounds()) -> DirectoryStore {
    DirectoryStore(path: folder.path("store"), bounds: bounds)
  }

  private func take(_ store: DirectoryStore) throws -> RecordID? {
    switch try store.take(from: place, now: RecordFactory.start) {
    case .claimed(let claim): claim.key.id
    case .miss: nil
    }
  }

  @Test("Nothing is made before something is stored")
  func isLazy() throws {
    let store = store()
    #expect(try take(store) == nil)
    #expect(try store.note(server: place.server, identity: nil) == nil)
    try store.setNote(nil, server: place.server, identity: nil, now: RecordFactory.start)
    #expect(try store.count() == StoreCount())
    #expect(try store.purgeExpired(now: RecordFactory.start) == 0)
    #expect(try store.select(server: place.server).isEmpty)
    #expect(try store.candidates(at: place, now: RecordFactory.start, limit: 9) == Candidates())
    _ = try store.generation()
    #expect(!FileManager.default.fileExists(atPath: folder.path("store")))
  }

  @Test("Another process sees what was stored")
  func isShared() throws {
    let (one, two) = (store(), store())
    #expect(try take(two) == nil)
    try one.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    #expect(try take(two) == RecordFactory.id(1))
    #expect(try take(one) == nil)
  }

  @Test("Records of different roles never meet")
  func separatesRoles() throws {
    let server = DirectoryStore(path: folder.path("store"), role: .server)
    try store().insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    #expect(try server.count() == StoreCount())
    try server.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try take(store()) == RecordFactory.id(1))
    #expect(try take(store()) == nil)
  }

  @Test("The number of shards is that of whoever made the store")
  func keepsLayout() throws {
    try store(bounds: StoreBounds(records: 100)).insert(
      RecordFactory.record(1), at: place, now: RecordFactory.start)
    let other = store(bounds: StoreBounds(records: 100_000))
    #expect(try take(other) == RecordFactory.id(1))
    let layout = try String(contentsOfFile: folder.path("store/client/layout"), encoding: .utf8)
    #expect(layout == "swift-gnutls-resumption ticket store\nformat 1\nshards 5\n")
  }

  @Test(
    "A damaged layout is an error",
    arguments: [
      "x", "swift-gnutls-resumption ticket store\nformat 1\nshards 0\n",
      "swift-gnutls-resumption ticket store\nformat 1\nshards 05\n",
      "swift-gnutls-resumption ticket store\nformat 1\nshards 5",
      "swift-gnutls-resumption ticket store\nformat 1\nshards 99999999999999999999\n",
      "swift-gnutls-resumption ticket store\nformat 2\nshards 5\n",
    ])
  func refusesDamagedLayout(text: String) throws {
    try store().insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try text.write(toFile: folder.path("store/client/layout"), atomically: false, encoding: .utf8)
    let reading = try #require(throws: StoreError.self) { try take(store()) }
    let writing = try #require(throws: StoreError.self) {
      try store().insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    }
    for error in [reading, writing] {
      #expect(error.code == .unavailable)
      #expect(error.message.contains("'layout' is damaged"))
    }
  }

  @Test("An empty layout, as a crash may leave it, is replaced")
  func replacesEmptyLayout() throws {
    try store().insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try Files.truncate(folder.path("store/client/layout"), 0)
    #expect(try take(store()) == nil)
    try store().insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try take(store()) != nil)
    #expect(try take(store()) != nil)
  }

  @Test("A store that was deleted while it was open is empty, and made again")
  func survivesDeletion() throws {
    let open = store()
    try open.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try FileManager.default.removeItem(atPath: folder.path("store"))
    #expect(try take(open) == nil)
    #expect(try open.count() == StoreCount())
    try open.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try take(store()) == RecordFactory.id(2))
  }

  @Test("An insertion into a store that was just deleted makes it again")
  func insertsAfterDeletion() throws {
    let open = store()
    try open.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try FileManager.default.removeItem(atPath: folder.path("store"))
    try open.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try take(store()) == RecordFactory.id(2))
  }

  @Test("A store that another process made again after a deletion is found")
  func findsRemadeStore() throws {
    let open = store()
    try open.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    try FileManager.default.removeItem(atPath: folder.path("store"))
    try store().insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try open.count().tickets == 1)
    #expect(try take(open) == RecordFactory.id(2))
  }

  @Test("A kept folder whose number another one got meanwhile is neither used nor closed")
  func reusedNumber() throws {
    let open = store()
    try open.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    let foreign = folder.path("foreign")
    try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: false)
    let shard = try #require(
      openDescriptors().last { $0.path.dropFirst(folder.path.count).split(separator: "/").count == 3 })
    // As closefrom(3) and the next open(2) would: at once, for other tests open files too.
    let other = unsafe Glibc.open(foreign, O_RDONLY | O_DIRECTORY)
    try #require(dup2(other, shard.number) == shard.number)
    close(other)
    defer { close(shard.number) }
    try open.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try open.count().tickets == 2)
    open.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: foreign).isEmpty)
    #expect(openDescriptors().contains { $0.number == shard.number && $0.path == foreign })
  }

  /// Those of this process that are open below the test's folder.
  private func openDescriptors() -> [(number: Int32, path: String)] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return numbers.compactMap { number in
      guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)"),
        path.hasPrefix(folder.path)
      else { return nil }
      return Int32(number).map { ($0, path) }
    }
  }

  @Test("Closing lets go of the folders: the store's, and that of the shard used last")
  func closesDescriptors() throws {
    let store = store()
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    #expect(openDescriptors().count == 2)
    store.close()
    #expect(openDescriptors().isEmpty)
  }

  @Test("Bytes count whole blocks")
  func countsBlocks() throws {
    let store = store()
    for (number, size) in [40, 4_096, 4_097].enumerated() {
      try store.insert(
        RecordFactory.record(UInt64(number), byteCount: size), at: place,
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    #expect(try store.select(server: place.server).map(\.byteCount) == [4_096, 4_096, 8_192])
    #expect(try store.count().bytes == 16_384)
  }

  @Test("The total of records keeps the bound, over many shards")
  func keepsTotalBound() throws {
    let store = store(bounds: StoreBounds(records: 110))
    for number in 0..<600 {
      try store.insert(
        RecordFactory.record(UInt64(number), byteCount: 50), at: RecordFactory.place(server: UInt64(number)),
        now: RecordFactory.start.advanced(bySeconds: Int64(number)))
    }
    let count = try store.count().records
    #expect(count <= 110)
    #expect(count >= 90, "the shards are filled evenly enough")
  }

  @Test("A server's notes that many are just setting push no record out")
  func notesAtOnce() throws {
    let store = store()
    let places = (1...18).map { RecordFactory.place(server: 1, identity: $0) }
    func insert(_ number: Int, at time: WallTime) throws {
      try store.insert(RecordFactory.record(UInt64(number)), at: places[number], now: time)
    }
    for number in 0..<17 { try insert(number, at: RecordFactory.start) }
    try store.setNote([1], server: place.server, identity: nil, now: RecordFactory.start)
    let shard = try OpenShard(of: place.server, in: store)
    let note = try #require(shard.names.first { $0.kind == .note })
    for number in 1...16 {
      // As each leaves it that hasn't removed the older ones yet.
      let later = note.inserted(at: RecordFactory.start.advanced(bySeconds: Int64(number)))
      try FileManager.default.copyItem(atPath: shard.path(of: note), toPath: shard.path(of: later))
    }
    try insert(17, at: RecordFactory.start.advanced(bySeconds: 20))
    #expect(try store.count().tickets == 18)
    #expect(try store.note(server: place.server, identity: nil) == [1])
  }

  @Test("A note that is being replaced is there at any moment")
  func noteBeingReplaced() throws {
    let store = store()
    let server = place.server
    try replaceWhileReading { number in
      try store.setNote([UInt8(truncatingIfNeeded: number)], server: server, identity: nil, now: RecordFactory.start)
    } isThere: {
      try store.note(server: server, identity: nil) != nil
    }
  }

  @Test("A session that is being replaced is there at any moment")
  func sessionBeingReplaced() throws {
    let store = store()
    let place = place
    try replaceWhileReading { number in
      let time = RecordFactory.start.advanced(bySeconds: Int64(number) / 100)
      try store.insert(RecordFactory.record(UInt64(number), kind: .session), at: place, now: time)
    } isThere: {
      try !store.candidates(at: place, now: RecordFactory.start, limit: 1).records.isEmpty
    }
  }

  /// - Parameters:
  ///   - put: Puts a thing of that number in the place of the one before, on another thread.
  ///   - isThere: Whether one is found meanwhile: always.
  private func replaceWhileReading(_ put: @escaping @Sendable (Int) throws -> Void, isThere: () throws -> Bool) throws {
    try put(0)
    let isDone = Lock(false)
    let writer = Threads.start {
      for number in 1...3_000 { try? put(number) }
      isDone.withLock { $0 = true }
    }
    var (found, missed) = (0, 0)
    while !isDone.withLock({ $0 }) {
      if try isThere() { found += 1 } else { missed += 1 }
    }
    writer.join()
    #expect(missed == 0 && found > 0)
  }

  @Test("Times before 1970 and far in the future are kept in order")
  func extremeTimes() throws {
    let store = store()
    for (number, time) in [Int64.min, -1, 0, .max - 1, .max].enumerated() {
      try store.insert(RecordFactory.record(UInt64(number)), at: place, now: WallTime(nanoseconds: time))
    }
    // Four stay; of those before 1970 all have the same time.
    let ids = try store.select(server: place.server).map(\.key.id)
    #expect(ids.suffix(2) == [3, 4].map(RecordFactory.id))
    try store.insert(RecordFactory.record(9), at: place, now: RecordFactory.start)
    #expect(try store.read(RecordKey(place: place, id: RecordFactory.id(9))) != nil)
  }
}

/// What a shard holds.
private struct OpenShard {
  let names: [RecordFileName]
  private let folder: String

  init(of server: Digest, in store: DirectoryStore) throws {
    guard let shard = try store.shard(of: server) else { throw CocoaError(.fileNoSuchFile) }
    names = try shard.names()
    folder = shard.folder.path
  }

  func path(of name: RecordFileName) -> String { "\(folder)/\(EntryName(name).text)" }
}
