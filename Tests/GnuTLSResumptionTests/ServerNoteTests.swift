import Testing

@testable import GnuTLSResumption

@Suite("What is remembered of a server")
struct ServerNoteTests {
  private let hour: Int64 = 3_600
  private let now: Int64 = 1_800_000_000
  private var note = ServerNote(server: ServerIdentity(name: "example.com", port: 443))

  /// As another process reads it.
  private func read(_ note: ServerNote) throws -> ServerNote { try #require(ServerNote(note.bytes)) }

  @Test("early data that may have broken a handshake rest for an hour, and not longer if the clock is set back")
  mutating func suspicion() throws {
    note.suspectEarlyData(now: now)
    let note = try read(note)
    #expect(!note.mayBeSentEarlyData(now: now) && !note.mayBeSentEarlyData(now: now + hour - 1))
    #expect(note.mayBeSentEarlyData(now: now + hour) && note.mayBeSentEarlyData(now: now - 2 * hour))
  }

  @Test("a handshake without any settles it: for a day if that works, not at all if it doesn't")
  mutating func settled() throws {
    var (worked, failed) = (note, note)
    worked.suspectEarlyData(now: now)
    worked.workedWithoutEarlyData(now: now)
    worked = try read(worked)
    #expect(!worked.mayBeSentEarlyData(now: now + 24 * hour - 1) && worked.mayBeSentEarlyData(now: now + 24 * hour))
    failed.suspectEarlyData(now: now)
    failed.failedWithoutEarlyData()
    #expect(try read(failed).mayBeSentEarlyData(now: now))
    // Where nothing is suspected, neither says anything.
    note.workedWithoutEarlyData(now: now)
    note.failedWithoutEarlyData()
    #expect(note.mayBeSentEarlyData(now: now))
  }

  @Test("fast open rests for a day by itself")
  mutating func fastOpen() throws {
    note.noteFastOpenFailed(now: now)
    let note = try read(note)
    #expect(!note.mayBeOpenedFast(now: now + 24 * hour - 1) && note.mayBeOpenedFast(now: now + 24 * hour))
    #expect(note.mayBeSentEarlyData(now: now))
  }

  @Test("a time that no clock tells, from a store, ends nothing")
  mutating func extremes() {
    for now in [Int64.min, 0, .max] {
      note.suspectEarlyData(now: now)
      _ = note.mayBeSentEarlyData(now: .max)
      note.workedWithoutEarlyData(now: now)
      _ = note.mayBeSentEarlyData(now: .min)
    }
    #expect(ServerNote(note.bytes) == note)
  }
}
