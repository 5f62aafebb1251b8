import Foundation
import SessionTicketsLocking
import SessionTicketsTesting
import Testing

@testable import SessionTickets

@Suite("A shard with more files than a listing may take time for")
struct CrowdedShardTests {
  private let folder = TemporaryFolder(in: "/dev/shm")
  private let observer = RecordingObserver()
  private let place = RecordFactory.place()

  private func newStore() -> DirectoryStore { DirectoryStore(path: folder.path, observer: observer.observe) }

  private var shard: String {
    folder.path("client/\(StoreLayout(for: StoreBounds()).shardName(for: place.server).text)")
  }

  private var asideFolders: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path("client"))) ?? []).filter {
      $0.hasPrefix("aside-")
    }
  }

  /// Puts many files into the shard, which has a ticket.
  private func crowd(_ store: DirectoryStore, _ count: Int) throws {
    try store.insert(RecordFactory.record(1), at: place, now: RecordFactory.start)
    let shard = shard
    for number in 0..<count { try Files.create("\(shard)/foreign\(number)") }
  }

  private func take(_ store: DirectoryStore) throws -> RecordID? {
    switch try store.take(from: place, now: RecordFactory.start) {
    case .claimed(let claim): claim.key.id
    case .miss: nil
    }
  }

  @Test("As many as a store might put there are passed over, and stay")
  func bearable() throws {
    let store = newStore()
    try crowd(store, 4_000)
    #expect(try take(store) == RecordFactory.id(1))
    #expect(asideFolders.isEmpty)
    #expect(folder.files.count == 4_001)
  }

  enum Operation: CaseIterable, Sendable {
    case insert, take, replace, read, remove, removeSession, select, note, setNote, removeNote, count, servers, forget
  }

  /// Whether the operation finds nothing, as the shard and its ticket are gone.
  private func findsNothing(_ operation: Operation, _ store: DirectoryStore) throws -> Bool {
    let (key, now) = (RecordKey(place: place, id: RecordFactory.id(1)), RecordFactory.start)
    switch operation {
    case .insert:
      try store.insert(RecordFactory.record(2), at: place, now: now)
      return try store.count().tickets == 1
    case .take:
      return try take(store) == nil
    case .replace: return try !store.replace(key, by: RecordFactory.record(2), now: now)
    case .read: return try store.read(key) == nil
    case .remove: return try !store.remove(key, because: .explicit)
    case .removeSession: return try !store.removeSession(at: place, because: .explicit)
    case .select: return try store.select(server: place.server).isEmpty
    case .note: return try store.note(server: place.server, identity: nil) == nil
    case .setNote:
      try store.setNote([1], server: place.server, identity: nil, now: now)
      return try store.note(server: place.server, identity: nil) == [1]
    case .removeNote:
      try store.setNote(nil, server: place.server, identity: nil, now: now)
      return true
    case .count: return try store.count() == StoreCount()
    case .servers: return try store.servers().isEmpty
    // But for the ticket that goes with the folder.
    case .forget: return try store.removeAll(server: place.server, because: .explicit) == 1
    }
  }

  @Test("More are set aside, whatever comes upon them first", arguments: Operation.allCases)
  func setAside(operation: Operation) throws {
    // One that keeps the shard open, and one that doesn't.
    for store in [newStore(), nil] {
      let crowded = store ?? newStore()
      try crowd(crowded, 4_200)
      #expect(try findsNothing(operation, store ?? newStore()))
      #expect(asideFolders.count == 1)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: shard)) ?? []
      #expect(names.count < 3)
      let removed = try newStore().removeAll()
      #expect(removed > 0 || operation == .forget)
      #expect(asideFolders.isEmpty)
      #expect(folder.files == ["client/generation", "client/layout"])
    }
  }

  @Test("The claim of a ticket that was shown before succeeds")
  func claimsWhatWasShown() throws {
    let (one, two) = (newStore(), newStore())
    try crowd(one, 4_000)
    let candidate = try #require(try one.candidates(at: place, now: RecordFactory.start, limit: 1).records.first)
    for number in 4_000..<4_200 { try Files.create("\(shard)/foreign\(number)") }
    #expect(try take(two) == nil)
    // It is in the folder that is open here.
    #expect(try one.claim(candidate, now: RecordFactory.start) != nil)
    try two.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try take(one) == RecordFactory.id(2))
  }

  @Test("What is there of a forgotten server goes too, where somebody still has the folder open")
  func forgotten() throws {
    let (one, two) = (newStore(), newStore())
    let other = RecordFactory.place(server: 2)
    try crowd(one, 4_200)
    #expect(try take(two) == nil)
    try #require(asideFolders.count == 1)
    for number in 0..<4_200 { try Files.unlink(folder.path("client/\(asideFolders[0])/foreign\(number)")) }
    #expect(try two.removeAll(server: other.server, because: .explicit) == 0)
    #expect(try one.candidates(at: place, now: RecordFactory.start, limit: 1).records.count == 1)
    observer.reset()
    #expect(try two.removeAll(server: place.server, because: .explicit) == 1)
    #expect(observer.removals(because: .explicit) == 1)
    #expect(try one.candidates(at: place, now: RecordFactory.start, limit: 1).records.isEmpty)
  }

  @Test("A server's forgetting finds the folder that has taken the place of the one it has open")
  func forgottenInBoth() throws {
    let (one, two) = (newStore(), newStore())
    try crowd(one, 4_200)
    #expect(try take(two) == nil)
    try two.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    for number in 0..<4_200 { try Files.unlink(folder.path("client/\(asideFolders[0])/foreign\(number)")) }
    #expect(try one.removeAll(server: place.server, because: .explicit) == 2)
    #expect(try newStore().count() == StoreCount())
    #expect(try take(one) == nil)
  }

  @Test("Of many at once none loses what it inserts")
  func concurrently() throws {
    let first = newStore()
    try crowd(first, 4_200)
    let failures = Lock<[String]>([])
    let counter = Lock<UInt64>(10)
    let (place, newStore) = (place, newStore)
    Threads.run(4) {
      let number = counter.withLock { number in
        number += 1
        return number
      }
      do {
        try newStore().insert(RecordFactory.record(number), at: place, now: RecordFactory.start)
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 }.isEmpty)
    #expect(try first.count().tickets == 4)
    #expect(asideFolders.count == 1)
  }

  @Test("A purge removes all of it, folders too, and tells of the records among it", arguments: [true, false])
  func purge(expiredOnly: Bool) throws {
    let store = newStore()
    try crowd(store, 4_200)
    try Files.mkdir("\(shard)/folder")
    try Files.mkdir("\(shard)/folder/deeper")
    try Files.create("\(shard)/folder/deeper/file")
    try Files.mkdir("\(shard)/empty")
    try Files.symlink("/", "\(shard)/link")
    #expect(try take(store) == nil)
    #expect(try (expiredOnly ? store.purgeExpired(now: RecordFactory.start) : store.removeAll()) == 1)
    #expect(observer.removals(because: expiredOnly ? .purged : .explicit) == 1)
    #expect(asideFolders.isEmpty)
    #expect(folder.files.allSatisfy { ["client/generation", "client/layout"].contains($0) })
  }
}
