/// The name of an entry in a folder, ready for a system call: bytes with a NUL at the end.
package struct EntryName: Hashable, Sendable {
  package let characters: [CChar]

  /// The bytes must hold no NUL and no slash.
  package init(_ bytes: [UInt8]) { unsafe self = bytes.withUnsafeBufferPointer { unsafe EntryName($0) } }

  /// The bytes must hold no NUL and no slash.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe characters = [CChar](unsafeUninitializedCapacity: bytes.count + 1) { buffer, filled in
      for index in 0..<bytes.count { unsafe buffer[index] = unsafe CChar(bitPattern: bytes[index]) }
      unsafe buffer[bytes.count] = 0
      filled = bytes.count + 1
    }
  }

  init(_ name: RecordFileName) {
    unsafe characters = [CChar](unsafeUninitializedCapacity: RecordFileName.byteCount + 1) { buffer, filled in
      unsafe name.write(to: UnsafeMutableRawBufferPointer(buffer))
      unsafe buffer[RecordFileName.byteCount] = 0
      filled = RecordFileName.byteCount + 1
    }
  }

  package init(_ name: StaticString) {
    self = name.withUTF8Buffer { unsafe EntryName($0) }
  }

  /// Whether it stands for the folder itself, or for the one that it is in.
  var isDots: Bool { characters == [0x2E, 0] || characters == [0x2E, 0x2E, 0] }

  var text: String {
    String(decoding: characters.lazy.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
