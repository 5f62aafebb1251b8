internal import Glibc

/// A moment on the monotonic clock: for limits within one connection.
struct Deadline: Equatable {
  /// Nanoseconds on the monotonic clock.
  private let moment: Int64

  static func now() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return nanoseconds(of: time)
  }

  /// A time namespace may set the clock to any year: sums wrap around, and differences are right all the same.
  static func nanoseconds(of time: timespec) -> Int64 {
    Int64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ Int64(truncatingIfNeeded: time.tv_nsec)
  }

  /// That many milliseconds from now; infinity is as good as a number can be.
  init(milliseconds: Double) { self.init(milliseconds: milliseconds, from: Self.now()) }

  init(milliseconds: Double, from now: Int64) {
    let century = 3.2e18
    let nanoseconds = milliseconds.isNaN ? 0 : min(max(milliseconds * 1_000_000, 0), century)
    moment = now &+ Int64(nanoseconds)
  }

  /// This very moment.
  static var present: Deadline { Deadline(milliseconds: 0) }

  /// The moment that many milliseconds later.
  func advanced(milliseconds: Double) -> Deadline {
    Deadline(milliseconds: milliseconds + Double(moment &- Self.now()) / 1_000_000)
  }

  /// How long ago the moment was, in milliseconds; negative if it is yet to come.
  var millisecondsAgo: Double { Double(Self.now() &- moment) / 1_000_000 }

  /// The same, in nanoseconds.
  var nanosecondsAgo: Int64 { Self.now() &- moment }

  /// How much is left, in milliseconds; 0 once it has passed.
  var millisecondsLeft: Double { max(0, -millisecondsAgo) }

  /// Half of what is left, so that something is left for a second attempt.
  var halved: Deadline { Deadline(milliseconds: Double(max(0, moment &- Self.now())) / 2_000_000) }

  static func earlier(_ one: Deadline, _ other: Deadline) -> Deadline { one.moment &- other.moment < 0 ? one : other }

  /// What `poll(2)` takes: milliseconds, rounded up so that it doesn't spin, and 0 once the moment has passed.
  var pollTimeout: Int32 {
    let left = moment &- Self.now()
    return left <= 0 ? 0 : Int32(clamping: (left &- 1) / 1_000_000 &+ 1)
  }

  var hasPassed: Bool { Self.now() &- moment >= 0 }
}
