import Glibc

/// A moment of wall-clock time, in nanoseconds since 1970-01-01 00:00 UTC.
///
/// Tickets age across processes and reboots, so no monotonic clock will do. Every call that depends on the time
/// takes it as an argument.
public struct WallTime: Hashable, Comparable, Sendable {
  /// Nanoseconds since the epoch.
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Makes a time from whole seconds since the epoch, clamped to what 64-bit nanoseconds hold (the year 2262).
  public init(seconds: Int64) {
    let (value, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    nanoseconds = overflow ? (seconds < 0 ? .min : .max) : value
  }

  /// Whole seconds since the epoch, rounded down.
  public var seconds: Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The system's wall clock.
  public static func now() -> WallTime {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    let fraction = Int64(truncatingIfNeeded: time.tv_nsec)
    let (value, overflow) = WallTime(seconds: Int64(time.tv_sec)).nanoseconds.addingReportingOverflow(fraction)
    return WallTime(nanoseconds: overflow ? .max : value)
  }

  /// The time that many seconds later (or earlier), clamped to what can be represented.
  public func advanced(bySeconds seconds: Int64) -> WallTime {
    let step = WallTime(seconds: seconds).nanoseconds
    let (value, overflow) = nanoseconds.addingReportingOverflow(step)
    return WallTime(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : value)
  }

  /// The next moment, if there is one.
  package var next: WallTime { nanoseconds < .max ? WallTime(nanoseconds: nanoseconds + 1) : self }

  public static func < (left: WallTime, right: WallTime) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension WallTime {
  /// Whether a record with this expiry (seconds since 1970) is of no more use: it is, from that second on.
  package func isPast(expiry: Int64) -> Bool { seconds >= expiry }
}
