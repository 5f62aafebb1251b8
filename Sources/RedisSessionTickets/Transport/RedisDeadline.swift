import Glibc

/// A moment on the monotonic clock, until which a server may be waited for.
public struct RedisDeadline: Hashable, Sendable {
  private let moment: Int64

  private init(moment: Int64) { self.moment = moment }

  /// That many milliseconds from now: at once, if it is less than 1.
  public init(milliseconds: Int) {
    // A clock may stand at any year (time namespaces): sums wrap around, and differences are right all the same.
    self.init(moment: Self.now() &+ Int64(min(max(milliseconds, 0), 86_400_000)) &* 1_000_000)
  }

  /// How many milliseconds are left, rounded up, as poll(2) takes them; 0 once the moment has passed.
  public var millisecondsLeft: Int32 {
    let left = moment &- Self.now()
    return left <= 0 ? 0 : Int32(clamping: (left &- 1) / 1_000_000 &+ 1)
  }

  public var hasPassed: Bool { millisecondsLeft == 0 }

  /// Half of what is left, so that something is left for a second attempt.
  var halved: RedisDeadline {
    let now = Self.now()
    return RedisDeadline(moment: now &+ max(0, moment &- now) / 2)
  }

  func earlier(of other: RedisDeadline) -> RedisDeadline { moment &- other.moment < 0 ? self : other }

  /// Nanoseconds on the monotonic clock.
  static func now() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ Int64(truncatingIfNeeded: time.tv_nsec)
  }
}
