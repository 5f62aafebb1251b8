import Foundation
import Glibc
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("A file of several master keys")
struct MasterKeyFileTests {
  private let folder: TemporaryFolder
  private let time = Seconds()

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.file("key") }

  private func file(_ name: String = "key") throws -> MasterKeyFile {
    let time = time
    return try MasterKeyFile(RawPath(folder.file(name))) { WallTime(seconds: time.value) }
  }

  private func pass(days: Int64) { time.pass(days * 86_400) }

  private func write(_ bytes: [UInt8], to name: String = "key") throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    #expect(unsafe chmod(folder.file(name), 0o600) == 0)
  }

  private func ring() throws -> KeyRing {
    let now = WallTime(seconds: time.value)
    return try #require(try KeyFile(FolderPlace(RawPath(path))).load(create: false, now: now))
  }

  @Test("the newest seals, and older ones open for eight days after they were followed")
  func rotation() throws {
    #expect(try file().keys().isEmpty)
    let first = try #require(try file().rotate().first)
    #expect(first.made == 2_000_000_000 && first.neededUntil == nil)
    pass(days: 30)
    let keys = try file().rotate()
    #expect(keys.count == 2 && keys[1].id == first.id && keys[1].made == first.made)
    #expect(keys[1].neededUntil == Int64(2_000_000_000 + 38 * 86_400))
    #expect(try ring().newest.idText == keys[0].id && ring().older.map(\.idText) == [first.id])
    pass(days: 7)
    #expect(try file().keys() == keys)
    pass(days: 1)
    #expect(try file().keys().map(\.id) == [keys[0].id])
    #expect(try ring().older.isEmpty)
    let last = try file().rotate()
    #expect(last.count == 2 && last[1].id == keys[0].id)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!text.contains(first.id), "it is gone from the file")
    var info = stat()
    #expect(unsafe stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["key"])
  }

  @Test("a clock that was ahead for a while keeps no older key for longer")
  func clockAhead() throws {
    let first = try #require(try file().rotate().first)
    pass(days: 3_650)
    let second = try #require(try file().rotate().first)
    pass(days: -3_649)
    let keys = try file().rotate()
    #expect(keys.map(\.id).dropFirst() == [second.id, first.id])
    pass(days: 8)
    #expect(try file().keys().map(\.id) == [keys[0].id])
  }

  @Test("a file of one bare key goes on, as a key of unknown age")
  func bare() throws {
    let bytes = [UInt8](repeating: 5, count: 32)
    try write(bytes)
    let id = try #require(MasterKey(bytes)).idText
    #expect(try file().keys() == [.init(id: id, made: nil, neededUntil: nil)])
    #expect(try ring().newest.idText == id)
    let keys = try file().rotate()
    #expect(keys.map(\.id).last == id && keys.count == 2)
    #expect(try ring().older.map(\.idText) == [id])
  }

  @Test("keys that are still needed don't go: the seventeenth is refused, but for who discards the older ones")
  func tooMany() throws {
    for _ in 0..<16 { try file().rotate() }
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let error = try #require(throws: StoreError.self) { try file().rotate() }
    #expect(error.message.contains("16 keys"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try file().rotate(discardingOlder: true).count == 1)
  }

  @Test("rotated by many at once, none is lost")
  func concurrent() async throws {
    let file = try file()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<12 { group.addTask { try file.rotate() } }
      try await group.waitForAll()
    }
    #expect(Set(try file.keys().map(\.id)).count == 12)
  }

  @Test("what is exported is a key file, and can be imported")
  func handedOut() throws {
    try file().rotate()
    let keys = try file().rotate()
    let text = try file().exported()
    #expect(try file("other").import(text) == keys)
    #expect(try file("other").exported() == text)
    try write(text, to: "third")
    #expect(try file("third").keys() == keys)
    #expect(throws: StoreError.self) { try file("none").exported() }
  }

  @Test("an import that would take a needed key away is refused, but for who says so")
  func importing() throws {
    try file().rotate()
    let old = try file().exported()
    try file().rotate()
    let new = try file().exported()
    try file("other").import(old)
    #expect(try file("other").import(new).count == 2)
    let error = try #require(throws: StoreError.self) { try file("other").import(old) }
    #expect(error.message.contains("would go"))
    #expect(try file("other").exported() == new)
    try file("other").import(old, replacing: true)
    #expect(try file("other").exported() == old)
    pass(days: 8)
    try file("third").rotate()
    try file("third").rotate()
    pass(days: 8)
    #expect(throws: StoreError.self) { try file("third").import(old) }
  }

  @Test("what isn't as it was written is refused, whatever bit of it, and nothing changes")
  func damaged() throws {
    try file().rotate()
    try file().rotate()
    let text = try file().exported()
    try file("other").rotate()
    let before = try file("other").exported()
    var variants = text.indices.map { index in
      var bytes = text
      bytes[index] ^= 1
      return bytes
    }
    variants += (0..<text.count).map { Array(text[..<$0]) }
    variants += [text + [10], [UInt8](repeating: 7, count: 32), [UInt8](repeating: 0, count: 8_192)]
    for bytes in variants {
      #expect(throws: StoreError.self) { try file("other").import(bytes, replacing: true) }
      guard bytes != [UInt8](repeating: 7, count: 32), !bytes.isEmpty else { continue }
      try write(bytes, to: "damaged")
      #expect(throws: StoreError.self) { try file("damaged").keys() }
    }
    #expect(try file("other").exported() == before)
  }

  @Test("a key that others have too isn't made")
  func neverMade() throws {
    let keys = MasterKeys(.handedOutFile(RawPath(path)))
    #expect(try keys.ring(create: true, now: .now()) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
    try file().rotate()
    #expect(try keys.ring(create: true, now: .now()) != nil)
  }

  @Test("a process takes a rotated key within a minute, and keeps what it has if the file is gone")
  func rereading() throws {
    try file().rotate()
    let keys = MasterKeys(.file(RawPath(path)))
    let now = WallTime(seconds: time.value)
    let first = try #require(try keys.ring(create: false, now: now, time: 0)).newest.id
    let second = try #require(try file().rotate().first).id
    #expect(try keys.ring(create: false, now: now, time: 59_000_000_000)?.newest.id == first)
    let ring = try #require(try keys.ring(create: false, now: now, time: 60_000_000_000))
    #expect(ring.newest.idText == second && ring.older.map(\.id) == [first])
    try FileManager.default.removeItem(atPath: path)
    #expect(try keys.ring(create: false, now: now, time: 600_000_000_000)?.newest.idText == second)
  }
}

/// A clock that stands until it is moved.
private final class Seconds: Sendable {
  private let now = Lock<Int64>(2_000_000_000)

  var value: Int64 { now.withLock { $0 } }

  func pass(_ seconds: Int64) { now.withLock { $0 += seconds } }
}
