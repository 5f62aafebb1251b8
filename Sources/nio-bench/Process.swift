internal import Glibc

enum ThreadTime {
  /// This thread's processor time, in nanoseconds.
  static func now() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

enum Memory {
  /// What this process has in memory now, in megabytes.
  static var megabytes: Double {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = unsafe text.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count - 1, file) }
    let fields = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")
    return Double(fields.dropFirst().first.flatMap { Int($0) } ?? 0) * 4 / 1024
  }
}
