import Glibc
import GnuTLSResumption

/// A moment, by the process's own time and by the clock on the wall, in nanoseconds.
struct Moment {
  let processor = Self.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
  let wall = Self.nanoseconds(CLOCK_MONOTONIC)

  static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// What a number of connections took, in nanoseconds, in the words of the raw client.
struct Totals: CustomStringConvertible {
  private var connections = 0
  private var resumed = 0
  /// Those whose early data, and whose first bytes with the SYN, the server has taken.
  private var early = 0
  private var fast = 0
  private var processor: UInt64 = 0
  private var wall: UInt64 = 0
  private var firstByte: UInt64 = 0

  mutating func add(_ end: Moment, since start: Moment, firstByte: UInt64, _ outcome: Outcome) {
    connections += 1
    resumed += outcome.isResumed ? 1 : 0
    early += outcome.earlyData == .accepted ? 1 : 0
    if case .accepted = outcome.fastOpen { fast += 1 }
    processor += end.processor - start.processor
    wall += end.wall - start.wall
    self.firstByte += firstByte - start.wall
  }

  var description: String {
    """
    connections \(connections) resumed \(resumed) processor \(processor) wall \(wall) first-byte \(firstByte) \
    peak \(Self.peak) early \(early) fast \(fast)
    """
  }

  /// The most memory that the process had, in KiB; 0 if it can't be known (proc(5), VmHWM).
  private static var peak: Int {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    close(descriptor)
    let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
  }
}
