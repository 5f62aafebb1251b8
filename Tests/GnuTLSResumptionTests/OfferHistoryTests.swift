import Testing

@testable import GnuTLSResumption

@Suite("What offers to a server have taught")
struct OfferHistoryTests {
  private let now: Int64 = 1_800_000_000
  private let hour: Int64 = 3_600
  private let day: Int64 = 86_400

  @Test("rests last an hour, a day, a week, and no longer, until an offer has worked")
  func rests() {
    var history = OfferHistory()
    var now = now
    for duration in [hour, day, 7 * day, 7 * day] {
      #expect(history.mayOffer(now: now))
      history.suspect(.handshake, now: now)
      #expect(!history.mayOffer(now: now))
      history.workedWithoutOffer(.handshake, now: now)
      #expect(!history.mayOffer(now: now + duration - 1) && history.mayOffer(now: now + duration))
      now += duration
    }
    history.worked()
    history.rest(now: now)
    #expect(history.mayOffer(now: now + hour))
  }

  @Test("a rest that ended long ago is none: bad moments months apart cost an hour each", arguments: [false, true])
  func old(wasCleared: Bool) {
    var history = OfferHistory()
    var now = now
    for _ in 0..<4 {
      #expect(history.mayOffer(now: now))
      history.suspect(.handshake, now: now)
      history.workedWithoutOffer(.handshake, now: now)
      #expect(!history.mayOffer(now: now + hour - 1) && history.mayOffer(now: now + hour))
      if wasCleared {
        // As by a server that closes without a word.
        history.suspect(.data, now: now + day)
        history.failedWithoutOffer(.data)
        #expect(history.mayOffer(now: now + day))
      }
      now += 60 * day
    }
    history.rest(now: now)
    now += 60 * day
    history.rest(now: now)
    #expect(history.mayOffer(now: now + hour))
    history.rest(now: now + 7 * day)
    #expect(!history.mayOffer(now: now + 8 * day - 1))
  }

  @Test("a network that is down teaches nothing", arguments: [OfferHistory.Point.handshake, .data])
  func network(point: OfferHistory.Point) {
    var history = OfferHistory()
    history.suspect(point, now: now)
    history.failedWithoutOffer(point)
    #expect(history.mayOffer(now: now))
    history.workedWithoutOffer(point, now: now)
    #expect(history.mayOffer(now: now))
  }

  @Test("a suspicion that no connection resolves ends by itself")
  func unresolved() {
    var history = OfferHistory()
    history.suspect(.data, now: now)
    // A handshake says nothing of what comes after it.
    history.workedWithoutOffer(.handshake, now: now)
    #expect(!history.mayOffer(now: now + hour - 1) && history.mayOffer(now: now + hour))
  }

  @Test("one refused handshake may be a single session's fault, a second in a row is not")
  func refused() {
    var history = OfferHistory()
    history.refused(now: now)
    #expect(history.mayOffer(now: now))
    history.worked()
    history.refused(now: now)
    #expect(history.mayOffer(now: now))
    history.refused(now: now)
    #expect(!history.mayOffer(now: now))
  }

  @Test("a clock that was set back makes no rest longer", arguments: [Int64(0), 1_000_000_000, .min])
  func clock(then: Int64) {
    var history = OfferHistory()
    history.rest(now: now)
    #expect(history.mayOffer(now: then))
  }

  @Test("at the ends of time nothing traps", arguments: [Int64.min, .max])
  func ends(of time: Int64) {
    var history = OfferHistory()
    for _ in 0..<300 { history.rest(now: time) }
    history.suspect(.data, now: time)
    _ = history.mayOffer(now: .min)
    _ = history.mayOffer(now: .max)
    history.workedWithoutOffer(.data, now: time)
  }

  @Test("it is read back as it was written, and nothing else is read")
  func bytes() {
    var all: [OfferHistory] = [OfferHistory()]
    for change in [
      { (history: inout OfferHistory) in history.suspect(.data, now: 5) }, { $0.suspect(.handshake, now: .max) },
      { $0.rest(now: 1_800_000_000) }, { $0.refused(now: 1) }, { $0.failedWithoutOffer(.data) },
    ] {
      var next = all.last ?? OfferHistory()
      change(&next)
      all.append(next)
    }
    for history in all {
      var bytes: [UInt8] = []
      history.append(to: &bytes)
      var reader = ByteReader(bytes[...])
      #expect(OfferHistory(&reader) == history && reader.isAtEnd)
      for length in bytes.indices {
        var cut = ByteReader(bytes[..<length])
        #expect(OfferHistory(&cut) == nil)
      }
    }
    for (index, value) in [(0, UInt8(4)), (2, 4)] {
      var bytes: [UInt8] = []
      OfferHistory().append(to: &bytes)
      bytes[index] = value
      var reader = ByteReader(bytes[...])
      #expect(OfferHistory(&reader) == nil)
    }
  }
}
