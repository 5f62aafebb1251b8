import SessionTickets
import Testing

@testable import GnuTLSResumption

@Suite("How long closing waits for tickets")
struct TicketPaceTests {
  private let now: Int64 = 1_800_000_000

  @Test("at a first contact a bound, at the second a longer one, then none for an hour")
  func withoutTickets() {
    var pace = TicketPace()
    #expect(pace.patience(hasTickets: false, now: now) == .unknown(60))
    pace.cameNot(now: now)
    #expect(pace.patience(hasTickets: false, now: now) == .sinceClosing(300))
    pace.cameNot(now: now)
    #expect(pace.patience(hasTickets: false, now: now + 3_599) == .none)
    #expect(pace.patience(hasTickets: false, now: now + 3_600) == .sinceClosing(300))
    // Set back, the clock must not keep it from being asked.
    #expect(pace.patience(hasTickets: false, now: now - 1) == .sinceClosing(300))
  }

  @Test("from then on twice what the tickets took last time")
  func paced() {
    var pace = TicketPace()
    pace.came(after: 150)
    #expect(pace.patience(hasTickets: false, now: now) == .sinceHandshake(512))
    // One slow moment: the next contact waits longer, and what was known stays known.
    pace.cameNot(now: now)
    #expect(pace.patience(hasTickets: false, now: now) == .sinceClosing(300))
    pace.came(after: nil)
    #expect(pace.patience(hasTickets: true, now: now) == .sinceHandshake(512))
  }

  @Test("a server that is a little faster or slower than noted changes nothing")
  func hysteresis() {
    var pace = TicketPace()
    pace.came(after: 30)
    let noted = pace
    for took in [31.0, 20, 9] {
      pace.came(after: took)
      #expect(pace == noted)
    }
    pace.came(after: 4)
    #expect(pace != noted)
  }

  @Test("bounds hold whatever the server does", arguments: [0.0, 5_000, 1e300, .infinity, .nan, -7])
  func bounds(took: Double) {
    var pace = TicketPace()
    pace.came(after: took)
    guard case .sinceHandshake(let milliseconds) = pace.patience(hasTickets: true, now: now) else {
      Issue.record("nothing is noted")
      return
    }
    #expect((8...2_000).contains(milliseconds))
    for _ in 0..<600 { pace.cameNot(now: now) }
    #expect(pace.patience(hasTickets: false, now: now) == .none)
  }

  @Test("at the ends of time nothing traps, and nothing is lately", arguments: [Int64.min, .max])
  func endsOfTime(time: Int64) throws {
    var pace = TicketPace()
    for _ in 0..<2 { pace.cameNot(now: time) }
    #expect(pace.patience(hasTickets: false, now: now) == .sinceClosing(300))
    var refusals = RefusalNote()
    let digest = try #require(Digest(0..<32))
    refusals.add(RefusalNote.Refusal(handshake: [1], inputs: digest, time: time))
    #expect(!refusals.holds([1], inputs: digest, now: now))
  }

  @Test("it is read back as it was written, and nothing else is read")
  func bytes() {
    var pace = TicketPace()
    pace.came(after: 77)
    pace.cameNot(now: now)
    var bytes: [UInt8] = []
    pace.append(to: &bytes)
    var reader = ByteReader(bytes[...])
    #expect(TicketPace(&reader) == pace && reader.isAtEnd)
    for length in bytes.indices {
      var cut = ByteReader(bytes[..<length])
      #expect(TicketPace(&cut) == nil)
    }
  }
}
