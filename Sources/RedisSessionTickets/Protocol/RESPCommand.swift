/// Writes commands as Redis reads them: an array of strings.
struct RESPCommand {
  private(set) var bytes: [UInt8] = []

  /// Appends a command to those that are there.
  mutating func append(_ words: [[UInt8]]) {
    bytes.reserveCapacity(bytes.count + words.reduce(16) { $0 + $1.count + 16 })
    header("*", words.count)
    for word in words {
      header("$", word.count)
      bytes += word
      bytes.append(0x0D)
      bytes.append(0x0A)
    }
  }

  private mutating func header(_ type: Unicode.Scalar, _ count: Int) {
    bytes.append(UInt8(truncatingIfNeeded: type.value))
    bytes += String(count).utf8
    bytes.append(0x0D)
    bytes.append(0x0A)
  }
}
