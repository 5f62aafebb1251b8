/// A 32-byte keyed digest (HMAC-SHA256) under which a store files its records.
///
/// A store compares digests and nothing else. What they stand for, a server or a connection's whole identity,
/// is known only to whoever holds the master key.
public struct Digest: Hashable, Sendable {
  /// The digest's length in bytes.
  public static let byteCount = 32

  // Four words instead of an array: compared and hashed without a heap allocation.
  let words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest from its 32 bytes, or returns nil if there are more or fewer.
  public init?(_ bytes: some Collection<UInt8>) {
    var words = bytes.withContiguousStorageIfAvailable { unsafe Self.words(UnsafeRawBufferPointer($0)) }
    if words == nil { words = unsafe Array(bytes).withUnsafeBytes { unsafe Self.words($0) } }
    guard case .some(.some(let words)) = words else { return nil }
    self.words = words
  }

  private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64)? {
    guard bytes.count == byteCount else { return nil }
    func word(_ offset: Int) -> UInt64 {
      UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    return (word(0), word(8), word(16), word(24))
  }

  /// The same, for bytes in an array.
  public init?(_ bytes: [UInt8]) {
    guard let words = unsafe bytes.withUnsafeBytes({ unsafe Self.words($0) }) else { return nil }
    self.words = words
  }

  /// The same, for bytes in memory.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let words = unsafe Self.words(bytes) else { return nil }
    self.words = words
  }

  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// The digest that nothing has: all zero.
  package static let zero = Digest(words: (0, 0, 0, 0))

  /// The first eight bytes, most significant first.
  package var firstWord: UInt64 { words.0 }

  /// Makes a digest from 64 lower-case hexadecimal digits, or returns nil.
  public init?(hexadecimal digits: some Collection<UInt8>) {
    guard let bytes = Hexadecimal.decode(digits) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Self.byteCount)
    result.append(self)
    return result
  }

  /// The 64 lower-case hexadecimal digits, in ASCII.
  public var hexadecimal: [UInt8] { Hexadecimal.encode(bytes) }

  public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension [UInt8] {
  /// Appends a digest's 32 bytes.
  package mutating func append(_ digest: Digest) {
    append(bigEndian: digest.words.0)
    append(bigEndian: digest.words.1)
    append(bigEndian: digest.words.2)
    append(bigEndian: digest.words.3)
  }
}

extension Digest: CustomStringConvertible {
  /// The first eight hexadecimal digits: enough to tell digests apart in a log.
  public var description: String { String(decoding: hexadecimal.prefix(8), as: UTF8.self) }
}
