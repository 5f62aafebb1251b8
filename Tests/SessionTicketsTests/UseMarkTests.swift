import Foundation
import Testing

@testable import SessionTickets

@Suite("Marks of used tickets")
struct UseMarkTests {
  private let folder: TemporaryFolder
  private let now = WallTime(seconds: 1_800_000_000)
  private let day: Int64 = 86_400

  init() { folder = TemporaryFolder() }

  private func marks(mostBytes: Int64 = 1 << 20) -> UseMarks {
    UseMarks(at: FolderPlace(RawPath(folder.path)), mostBytes: mostBytes)
  }

  private func ticket(_ number: UInt64) throws -> Digest {
    var bytes = [UInt8](repeating: 0, count: 24)
    // The first byte tells how often old marks are looked for.
    for shift in stride(from: 0, to: 64, by: 8) { bytes.insert(UInt8(truncatingIfNeeded: number >> shift), at: 0) }
    bytes[0] = UInt8(truncatingIfNeeded: number)
    return try #require(Digest(bytes))
  }

  private func days() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/used").sorted()
  }

  @Test("Whoever comes first is told to all")
  func first() throws {
    let expiry = now.seconds + 100
    #expect(try marks().mark(ticket(1), endingAt: expiry, by: .engine, now: now) == nil)
    #expect(try marks().mark(ticket(2), endingAt: expiry, by: .program, now: now) == nil)
    for user in [TicketUser.engine, .program] {
      #expect(try marks().mark(ticket(1), endingAt: expiry, by: user, now: now) == .engine)
      #expect(try marks().mark(ticket(2), endingAt: expiry, by: user, now: now) == .program)
    }
  }

  @Test("A mark that says something else was the engine's")
  func foreign() throws {
    let expiry = now.seconds + 100
    #expect(try marks().mark(ticket(1), endingAt: expiry, by: .program, now: now) == nil)
    let day = folder.path + "/used/" + (try #require(days().first))
    let name = day + "/" + (try #require(FileManager.default.contentsOfDirectory(atPath: day).first))
    try FileManager.default.removeItem(atPath: name)
    try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "x")
    #expect(try marks().mark(ticket(1), endingAt: expiry, by: .program, now: now) == .engine)
    try FileManager.default.removeItem(atPath: name)
    try Data("p".utf8).write(to: URL(fileURLWithPath: name))
    #expect(throws: StoreError.self) { try marks().mark(ticket(1), endingAt: expiry, by: .program, now: now) }
  }

  @Test("What can't end then is marked for nobody", arguments: [-2, 9, 400, Int64.max / 86_400, Int64.min / 86_400])
  func impossible(days: Int64) throws {
    let expiry = now.seconds.addingReportingOverflow(days &* day).partialValue
    for user in [TicketUser.engine, .program] {
      #expect(throws: StoreError.self) { try marks().mark(ticket(1), endingAt: expiry, by: user, now: now) }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/used"))
  }

  @Test("Where there are too many, the engine uses none, and programs what it hasn't")
  func full() throws {
    let expiry = now.seconds + 100
    #expect(try marks().mark(ticket(1), endingAt: expiry, by: .engine, now: now) == nil)
    #expect(throws: StoreError.self) {
      try marks(mostBytes: 1).mark(ticket(2), endingAt: expiry, by: .engine, now: now)
    }
    #expect(try marks(mostBytes: 1).mark(ticket(3), endingAt: expiry, by: .program, now: now) == nil)
    // What the engine has given up stays so: it may have been seen already.
    for number in [1, 2] as [UInt64] {
      #expect(try marks(mostBytes: 1).mark(ticket(number), endingAt: expiry, by: .program, now: now) == .engine)
    }
  }

  @Test("Marks go some time after their tickets have ended, more at a time than come")
  func ended() throws {
    for number in 0..<300 {
      #expect(try marks().mark(ticket(UInt64(number)), endingAt: now.seconds, by: .engine, now: now) == nil)
    }
    let later = now.advanced(bySeconds: 3 * day)
    let first = try #require(days().first)
    // This process's clock says that its time is over, and the file system's doesn't.
    for _ in 0..<4 { _ = try marks().mark(ticket(64), endingAt: later.seconds, by: .engine, now: later) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/used/\(first)").count == 300)
    try age(first)
    for number in 1..<64 {
      try age(first)
      #expect(try marks().mark(ticket(UInt64(number)), endingAt: later.seconds, by: .engine, now: later) == nil)
    }
    #expect(try days().count == 2)
    for _ in 0..<4 {
      _ = try marks().mark(ticket(64), endingAt: later.seconds, by: .engine, now: later)
      try? age(first)
    }
    #expect(try !days().contains(first) && days().count == 1)
  }

  private func age(_ day: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3 * 86_400)], ofItemAtPath: "\(folder.path)/used/\(day)")
  }

  @Test("A day in which there is something else stays, and hinders nobody")
  func strange() throws {
    let used = folder.path + "/used"
    for name in ["1", "-5", "99999999999999999999", "x"] {
      try FileManager.default.createDirectory(atPath: "\(used)/\(name)/folder", withIntermediateDirectories: true)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: used)
    #expect(try marks().mark(ticket(64), endingAt: now.seconds, by: .engine, now: now) == nil)
    #expect(try days().count == 5)
  }
}
