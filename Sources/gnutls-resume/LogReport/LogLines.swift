import Glibc

/// The lines of a log, a block at a time, so that a log may be larger than memory.
struct LogLines {
  /// A longer one is none of ours.
  private static let longest = 64 * 1_024
  private static let blockSize = 1 << 20

  let descriptor: Int32
  /// What it is called in errors.
  let name: String

  /// Hands out each line without its end.
  /// - Parameter progress: Is told how many bytes have been read.
  func forEach(progress: (Int) -> Void, visit: (Span<UInt8>) -> Void) throws {
    var block = [UInt8](repeating: 0, count: Self.longest + Self.blockSize)
    /// How much of the block's beginning is of a line whose end hasn't come.
    var begun = 0
    /// Within a line that is too long.
    var skips = false
    while true {
      let count = unsafe block.withUnsafeMutableBytes { bytes in
        unsafe read(descriptor, bytes.baseAddress.map { unsafe $0 + begun }, Self.blockSize)
      }
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw FileFailure("\(name) can't be read", errno: errno)
      }
      progress(count)
      let end = begun + count
      var start = 0
      while let newline = Self.newline(in: block, start..<end) {
        if skips { skips = false } else { visit(block.span.extracting(start..<newline)) }
        start = newline + 1
      }
      guard count > 0 else {
        // A line whose end isn't written yet is half a line.
        return
      }
      begun = end - start
      if begun > Self.longest { (skips, begun) = (true, 0) }
      if start > 0, begun > 0 {
        unsafe block.withUnsafeMutableBytes { bytes in
          guard let base = bytes.baseAddress else { return }
          unsafe memmove(base, base + start, begun)
        }
      }
    }
  }

  private static func newline(in block: [UInt8], _ range: Range<Int>) -> Int? {
    unsafe block.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = unsafe memchr(base + range.lowerBound, 10, range.count)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
