internal import Glibc

extension [UInt8] {
  /// Where a pattern of at least one byte first stands, from an index on; nil if it doesn't.
  func firstIndex(of pattern: [UInt8], from start: Int = 0) -> Int? {
    unsafe withUnsafeBytes { unsafe $0.firstIndex(of: pattern, from: start) }
  }
}

extension UnsafeRawBufferPointer {
  /// The same, in memory.
  func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
    guard let first = pattern.first, let base = baseAddress else { return nil }
    var start = start
    while count - start >= pattern.count,
      let found = unsafe memchr(base + start, Int32(first), count - pattern.count - start + 1)
    {
      let index = unsafe UnsafeRawPointer(found) - base
      if unsafe memcmp(found, pattern, pattern.count) == 0 { return index }
      start = index + 1
    }
    return nil
  }
}
