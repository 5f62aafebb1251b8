internal import Glibc

extension [UInt8] {
  /// Where a pattern of at least one byte first stands, from an index on; nil if it doesn't.
  func firstIndex(of pattern: [UInt8], from start: Int = 0) -> Int? {
    guard let first = pattern.first else { return nil }
    return unsafe withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var start = start
      while buffer.count - start >= pattern.count,
        let found = unsafe memchr(base + start, Int32(first), buffer.count - pattern.count - start + 1)
      {
        let index = unsafe UnsafeRawPointer(found) - base
        if unsafe memcmp(found, pattern, pattern.count) == 0 { return index }
        start = index + 1
      }
      return nil
    }
  }
}
