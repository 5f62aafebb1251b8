/// A path as the system takes it: bytes, whether or not they are text.
///
/// Nothing is repaired or normalized on the way: another spelling would be another file.
public struct RawPath: Hashable, Sendable {
  /// The path's bytes, without a NUL at the end.
  public let bytes: [UInt8]

  /// The path that a text's UTF-8 is.
  public init(_ text: String) { bytes = Array(text.utf8) }

  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Copies the bytes before the NUL.
  public init(cString: UnsafePointer<CChar>) {
    var bytes: [UInt8] = []
    var next = unsafe cString
    while unsafe next.pointee != 0 {
      bytes.append(UInt8(bitPattern: unsafe next.pointee))
      unsafe next += 1
    }
    self.bytes = bytes
  }

  /// Lends the path to a system call. One with a NUL inside, which no system call would take whole, is lent as the empty
  /// path, which names no file.
  package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let count = bytes.contains(0) ? 0 : bytes.count
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { characters in
      for index in 0..<count { unsafe characters[index] = CChar(bitPattern: bytes[index]) }
      unsafe characters[count] = 0
      // Never empty, so that the address is there.
      if let start = unsafe UnsafePointer(characters.baseAddress) { return unsafe body(start) }
      return unsafe body("")
    }
  }

  /// Whether it is absolute: begins with a slash.
  package var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

  /// The path with a relative one behind it.
  package func appending(_ relative: StaticString) -> RawPath {
    appending(relative.withUTF8Buffer { unsafe Array($0) })
  }

  /// The path with a relative one behind it.
  package func appending(_ relative: [UInt8]) -> RawPath { RawPath(bytes: bytes + [UInt8(ascii: "/")] + relative) }
}

extension RawPath: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}

extension RawPath: CustomStringConvertible {
  /// For people: what is no text is replaced.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
