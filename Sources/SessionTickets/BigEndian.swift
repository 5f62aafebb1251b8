extension [UInt8] {
  /// Appends an integer's bytes, most significant first.
  @inlinable
  package mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
    unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
  }
}

extension FixedWidthInteger {
  /// Reads an integer, most significant byte first; nil unless there are just as many bytes.
  package init?(bigEndian bytes: some Collection<UInt8>) {
    let value = bytes.withContiguousStorageIfAvailable { buffer -> Self? in
      guard buffer.count == Self.bitWidth / 8 else { return nil }
      return unsafe Self(bigEndian: UnsafeRawBufferPointer(buffer).loadUnaligned(as: Self.self))
    }
    guard let value = value ?? Self(bigEndianCopy: bytes) else { return nil }
    self = value
  }

  private init?(bigEndianCopy bytes: some Collection<UInt8>) {
    guard bytes.count == Self.bitWidth / 8 else { return nil }
    self = bytes.reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}
