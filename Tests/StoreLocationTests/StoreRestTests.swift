import Foundation
import RedisSessionTickets
import SessionTickets
import SessionTicketsLocking
import Testing

@testable import StoreLocation

@Suite("A store that has made trouble rests")
struct StoreRestTests {
  private let local = MemoryStore()
  private let clock = Clock()

  /// A clock that stands until it is moved.
  final class Clock: Sendable {
    private let now = Lock<Int64>(2_000_000_000)
    var time: WallTime { WallTime(seconds: now.withLock { $0 }) }
    func pass(_ seconds: Int64) { now.withLock { $0 += seconds } }
  }

  /// As another process has it.
  private func rest(_ url: String = "redis://h") throws -> StoreRest {
    let clock = clock
    return StoreRest(of: try RedisURL(url), notedIn: local) { clock.time }
  }

  private func isResting(_ rest: StoreRest) -> Bool {
    do throws(StoreError) {
      try rest.check(place: "")
      return false
    } catch {
      return true
    }
  }

  @Test("for a second, then twice as long each time, up to a minute: in other processes too")
  func doubling() throws {
    for seconds: Int64 in [1, 2, 4, 8, 16, 32, 60, 60] {
      try rest().begins(because: "it has failed")
      #expect(isResting(try rest()))
      clock.pass(seconds - 1)
      #expect(isResting(try rest()) == (seconds > 1) || seconds == 1)
      clock.pass(1)
      #expect(!isResting(try rest()), "\(seconds)")
    }
  }

  @Test("why is told, and nothing that is secret is noted")
  func reason() throws {
    let rest = try rest("redis://:geheim@h")
    rest.begins(because: "refused")
    let error = try #require(throws: StoreError.self) { try rest.check(place: "h") }
    #expect(error.message.contains("refused") && error.message.contains("1 s"))
    let place = try #require(try local.servers().first)
    let note = try #require(try local.note(server: place, identity: nil))
    #expect(!String(decoding: note, as: UTF8.self).contains("geheim"))
  }

  @Test("what was noted by a clock that was ahead doesn't keep it from resting")
  func clockAhead() throws {
    clock.pass(86_400)
    try rest().begins(because: "it has failed")
    clock.pass(-86_400)
    #expect(!isResting(try rest()))
    try rest().begins(because: "it has failed again")
    #expect(isResting(try rest()))
  }

  @Test("trouble of several processes at once counts once")
  func together() throws {
    let rests = [try rest(), try rest(), try rest()]
    for rest in rests { rest.begins(because: "down") }
    clock.pass(1)
    #expect(!isResting(try rest()))
  }

  @Test("an answer ends it, and the next trouble is the first again")
  func ending() throws {
    try rest().begins(because: "down")
    clock.pass(1)
    let answered = try rest()
    #expect(!isResting(answered))
    answered.ends()
    #expect(try local.count().notes == 0)
    try rest().begins(because: "down")
    clock.pass(1)
    #expect(!isResting(try rest()))
  }

  @Test("a clock that was set back doesn't let it rest for longer than a minute")
  func clockSetBack() throws {
    try rest().begins(because: "down")
    clock.pass(-100_000)
    #expect(!isResting(try rest()))
  }

  @Test("what is noted in another form is nothing")
  func damaged() throws {
    for bytes in [[], [1], [2, 1] + [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0xFF, count: 200)] {
      #expect(StoreRest.Note(bytes) == nil)
    }
    let note = StoreRest.Note(failures: 3, until: WallTime(seconds: 5), reason: "x")
    #expect(StoreRest.Note(note.bytes) == note)
  }

  @Test("another store isn't concerned")
  func others() throws {
    try rest().begins(because: "down")
    #expect(!isResting(try rest("redis://other")))
    #expect(isResting(try rest()))
  }
}
