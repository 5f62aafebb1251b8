internal import Glibc

/// A moment on the monotonic clock: for limits within one connection.
struct Deadline {
  /// Nanoseconds on the monotonic clock.
  private let moment: Int64

  static func now() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// That many milliseconds from now.
  init(milliseconds: Double) { moment = Self.now() + Int64(milliseconds * 1_000_000) }

  /// What `poll(2)` takes: milliseconds, rounded up so that it doesn't spin, and 0 once the moment has passed.
  var pollTimeout: Int32 {
    let left = moment - Self.now()
    return left <= 0 ? 0 : Int32(clamping: (left + 999_999) / 1_000_000)
  }

  var hasPassed: Bool { Self.now() >= moment }
}
