internal import Glibc

/// The program that runs, for people who ask what is kept by whom.
enum RunningProgram {
  /// Its path; empty where the kernel doesn't tell. What is no text is replaced.
  static let path: String = {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1_024) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let count = unsafe readlink("/proc/self/exe", start, buffer.count)
      return count > 0 ? unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) : ""
    }
  }()
}
