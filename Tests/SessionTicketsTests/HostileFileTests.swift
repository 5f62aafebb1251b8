import Foundation
import SessionTicketsTesting
import Testing

@testable import SessionTickets

/// Whatever lies where a record should be: it is never given, it holds nobody up, and it goes.
@Suite("Hostile files in a directory store")
struct HostileFileTests {
  private let folder = TemporaryFolder()
  private let observer = RecordingObserver()
  private let place = RecordFactory.place()

  private var store: DirectoryStore { DirectoryStore(path: folder.path, observer: observer.observe) }

  /// Inserts a ticket, and hands its file's path over to be damaged.
  private func withTicketFile(byteCount: Int = 1_500, _ damage: (String) throws -> Void) throws {
    try store.insert(RecordFactory.record(1, byteCount: byteCount), at: place, now: RecordFactory.start)
    let name = try #require(folder.files.first { $0.hasSuffix(RecordFactory.id(1).description) })
    try damage(folder.path(name))
  }

  private func expectDamaged() throws {
    switch try store.take(from: place, now: RecordFactory.start) {
    case .claimed(let claim): Issue.record("\(claim.key.id) was given")
    case .miss(let miss): #expect(miss == Miss(damaged: 1))
    }
    #expect(observer.removals(because: .damaged) == 1)
    #expect(folder.files == ["client/layout"])
    try store.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    #expect(try store.count().tickets == 1)
  }

  @Test("An empty file, as a crash may leave it")
  func emptyFile() throws {
    try withTicketFile { try Data().write(to: URL(fileURLWithPath: $0)) }
    try expectDamaged()
  }

  @Test("A truncated file", arguments: [1, 39, 40, 41, 1_499])
  func truncatedFile(length: Int) throws {
    try withTicketFile { try Files.truncate($0, length) }
    try expectDamaged()
  }

  @Test("A file that is larger than its name says")
  func longerFile() throws {
    try withTicketFile { try Files.truncate($0, 1_501) }
    try expectDamaged()
  }

  @Test("A file of 64 MiB")
  func hugeFile() throws {
    try withTicketFile { try Files.truncate($0, 64 << 20) }
    try expectDamaged()
  }

  @Test("A file that is no record")
  func garbage() throws {
    try withTicketFile { try Data(repeating: 0x41, count: 1_500).write(to: URL(fileURLWithPath: $0)) }
    try expectDamaged()
  }

  @Test("A record under another's name")
  func otherRecord() throws {
    try withTicketFile { path in
      try Data(RecordFactory.record(9).bytes).write(to: URL(fileURLWithPath: path))
    }
    try expectDamaged()
  }

  @Test("A session under a ticket's name")
  func otherKind() throws {
    try withTicketFile { path in
      try Data(RecordFactory.record(1, kind: .session).bytes).write(to: URL(fileURLWithPath: path))
    }
    try expectDamaged()
  }

  @Test("A record with another expiry than its name says")
  func otherExpiry() throws {
    try withTicketFile { path in
      try Data(RecordFactory.record(1, expiry: 4_000_000_000).bytes).write(to: URL(fileURLWithPath: path))
    }
    try expectDamaged()
  }

  @Test("A FIFO, which must not be waited for")
  func fifo() throws {
    try withTicketFile { path in
      try Files.unlink(path)
      try Files.mkfifo(path)
    }
    try expectDamaged()
  }

  @Test("A device", .enabled(if: geteuid() == 0, "only root can make one"))
  func device() throws {
    try withTicketFile { path in
      try Files.unlink(path)
      // 1, 3 is /dev/null.
      try Files.mknod(path, S_IFCHR, 1 << 8 | 3)
    }
    try expectDamaged()
  }

  @Test("A folder")
  func directory() throws {
    try withTicketFile { path in
      try Files.unlink(path)
      try Files.mkdir(path)
    }
    try expectDamaged()
  }

  @Test("A symbolic link to a record")
  func symbolicLink() throws {
    let elsewhere = TemporaryFolder()
    try withTicketFile { path in
      try FileManager.default.moveItem(atPath: path, toPath: elsewhere.path("record"))
      try Files.symlink(elsewhere.path("record"), path)
    }
    try expectDamaged()
    #expect(elsewhere.files == ["record"], "what the link points to stays")
  }

  @Test("A socket")
  func unixSocket() throws {
    try withTicketFile { path in
      try Files.unlink(path)
      try Files.mknod(path, S_IFSOCK, 0)
    }
    try expectDamaged()
  }

  @Test("A file that others may write", arguments: [mode_t(0o620), 0o602])
  func writableFile(mode: mode_t) throws {
    try withTicketFile { try Files.chmod($0, mode) }
    try expectDamaged()
  }

  @Test("A file of another user", .enabled(if: geteuid() == 0, "only root can make one"))
  func otherOwner() throws {
    try withTicketFile { try Files.chown($0, 12_345) }
    try expectDamaged()
  }

  @Test("A good record is found behind a damaged one")
  func findsNext() throws {
    try store.insert(RecordFactory.record(2), at: place, now: RecordFactory.start.advanced(bySeconds: -1))
    try withTicketFile { try Files.truncate($0, 0) }
    switch try store.take(from: place, now: RecordFactory.start) {
    case .claimed(let claim): #expect(claim.key.id == RecordFactory.id(2))
    case .miss(let miss): Issue.record("\(miss)")
    }
  }

  @Test("Foreign names are left alone, and change nothing")
  func foreignNames() throws {
    let record = RecordFactory.record(1)
    var names = ["README", ".hidden", "layout", String(repeating: "a", count: 207), "new-", "new-zz"]
    try withTicketFile { path in
      let name = URL(fileURLWithPath: path).lastPathComponent
      names += [name.uppercased(), String(name.dropLast()), name + "0", "x" + name.dropFirst()]
      for name in names {
        let sibling = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name)
        try Data(record.bytes).write(to: sibling)
      }
    }
    #expect(try store.count().records == 1)
    #expect(try store.removeAll() == 1)
    // And the layout, and the generation that the removal has begun.
    #expect(folder.files.count == names.count + 2)
  }

  @Test("A damaged note is no note, and goes")
  func damagedNote() throws {
    try store.setNote([1, 2, 3], server: place.server, identity: nil, now: RecordFactory.start)
    let name = try #require(folder.files.first { $0 != "client/layout" })
    try Files.truncate(folder.path(name), 2)
    #expect(try store.note(server: place.server, identity: nil) == nil)
    #expect(folder.files == ["client/layout"])
  }

  @Test(
    "What a killed process left behind is swept after an hour, by an insertion or a purge", arguments: [true, false])
  func sweepsLeftovers(byPurge: Bool) throws {
    try withTicketFile { path in
      let shard = URL(fileURLWithPath: path).deletingLastPathComponent()
      for age in [Int64(3_590), 3_610] {
        let name = TemporaryFileName(created: RecordFactory.start.advanced(bySeconds: -age))
        try Data([1]).write(to: shard.appendingPathComponent(String(decoding: name.bytes, as: UTF8.self)))
      }
    }
    if byPurge {
      #expect(try store.purgeExpired(now: RecordFactory.start) == 0)
    } else {
      try store.insert(RecordFactory.record(2), at: place, now: RecordFactory.start)
    }
    #expect(folder.files.count { $0.contains("/new-") } == 1)
  }
}
