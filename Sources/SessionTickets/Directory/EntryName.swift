/// The name of an entry in a folder, ready for a system call: bytes with a NUL at the end.
package struct EntryName: Hashable, Sendable {
  package let characters: [CChar]

  /// The bytes must hold no NUL and no slash.
  package init(_ bytes: some Collection<UInt8>) {
    var characters = [CChar](repeating: 0, count: bytes.count + 1)
    var index = 0
    for byte in bytes {
      characters[index] = CChar(bitPattern: byte)
      index += 1
    }
    self.characters = characters
  }

  init(_ name: RecordFileName) { self.init(name.bytes) }

  package init(_ name: StaticString) {
    self.init(String(describing: name).utf8)
  }

  var text: String {
    String(decoding: characters.lazy.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
