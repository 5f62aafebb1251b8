import Foundation
import SessionTicketsLocking
import Testing

@testable import SessionTickets

@Suite("Marks of early data")
struct EarlyDataMarksTests {
  private let folder = TemporaryFolder(in: "/dev/shm")
  private let now = WallTime(seconds: 1_800_000_000)

  private func marks(in name: String = "marks") -> EarlyDataMarks {
    EarlyDataMarks(at: FolderPlace(RawPath(folder.path + "/" + name)))
  }

  private func ticket(_ number: UInt8) throws -> Digest {
    try #require(Digest([UInt8](repeating: number, count: 32)))
  }

  @Test("have one id as long as they are there, whoever asks, and another afterwards")
  func id() throws {
    #expect(try marks().id(create: false) == nil)
    let id = try #require(try marks().id(create: true))
    #expect(try marks().id(create: true) == id && marks().id(create: false) == id)
    #expect(try marks(in: "others").id(create: true) != id)
    try FileManager.default.removeItem(atPath: folder.path + "/marks")
    #expect(try marks().id(create: false) == nil)
    #expect(try marks().id(create: true) != id)
  }

  @Test("of eight threads that draw an id at once, all have the same")
  func idAtOnce() throws {
    for round in 0..<20 {
      let marks = marks(in: "marks-\(round)")
      let ids = Lock<[[UInt8]?]>([])
      Threads.run(8) {
        let id = (try? marks.id(create: true)) ?? nil
        ids.withLock { $0.append(id) }
      }
      let seen = ids.withLock { Set($0) }
      #expect(seen.count == 1 && !seen.contains(nil))
    }
  }

  @Test("are made once, by one of eight threads, and none where the id is another or gone")
  func once() throws {
    let id = try #require(try marks().id(create: true))
    let expiry = now.seconds + 3_600
    for number in UInt8(0)..<20 {
      let ticket = try ticket(number)
      let results = Lock<[EarlyDataMarks.Result?]>([])
      Threads.run(8) {
        let result = try? marks().mark(ticket, keptUnder: id, endingAt: expiry, now: now)
        results.withLock { $0.append(result) }
      }
      let seen = results.withLock { $0 }
      #expect(seen.count { $0 == .marked } == 1 && seen.count { $0 == .used } == 7)
    }
    var other = id
    other[0] ^= 1
    #expect(try marks().mark(ticket(1), keptUnder: other, endingAt: expiry, now: now) == .otherMarks)
    try FileManager.default.removeItem(atPath: folder.path + "/marks")
    #expect(try marks().mark(ticket(1), keptUnder: id, endingAt: expiry, now: now) == .otherMarks)
  }

  @Test("are for the user alone, on a tmpfs, in a folder of the user's")
  func place() throws {
    _ = try marks().id(create: true)
    let path = folder.path + "/marks"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    let disk = TemporaryFolder(in: TemporaryFolder.disk)
    let elsewhere = EarlyDataMarks(at: FolderPlace(RawPath(disk.path)))
    #expect(throws: StoreError(.unsafe, "", place: "")) { try elsewhere.id(create: true) }
    try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: path)
    #expect(throws: StoreError(.unsafe, "", place: "")) { try marks().id(create: false) }
    let base = RawPath(folder.path + "/missing")
    #expect(throws: StoreError(.unavailable, "", place: "")) {
      try EarlyDataMarks(at: FolderPlace(base: base, "marks")).id(create: true)
    }
  }

  @Test("take no more than a day's folder may hold: then nobody's is marked")
  func full() throws {
    let id = try #require(try marks().id(create: true))
    let small = EarlyDataMarks(at: FolderPlace(RawPath(folder.path + "/marks")), mostBytes: 200)
    let results = (UInt8(0)..<20).map { number in
      Result { try small.mark(ticket(number), keptUnder: id, endingAt: now.seconds + 3_600, now: now) }
    }
    #expect(results.prefix(5).allSatisfy { (try? $0.get()) == .marked })
    #expect(results.suffix(5).allSatisfy { (try? $0.get()) == nil })
  }
}
