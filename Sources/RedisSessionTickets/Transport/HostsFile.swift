import Glibc
import SessionTickets

/// The machine's own list of hosts (hosts(5)): names are looked up there, and nowhere else, as a resolver may let one wait.
public enum HostsFile {
  private static let maximumByteCount = 4 << 20

  /// The addresses of a host: itself, if it is a numeric address; else what `/etc/hosts` says.
  public static func addresses(of host: String) -> [RedisAddress] { addresses(of: host, in: "/etc/hosts") }

  static func addresses(of host: String, in path: RawPath) -> [RedisAddress] {
    if let address = RedisAddress(host) { return [address] }
    return addresses(of: Array(host.utf8), listedIn: contents(of: path))
  }

  private static func contents(of path: RawPath) -> [UInt8] {
    let number = unsafe path.withCString { unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
    guard number >= 0 else { return [] }
    let file = Descriptor(owning: number)
    guard let status = file.status(), status.isKind(S_IFREG), 0...maximumByteCount ~= Int(status.st_size) else {
      return []
    }
    return file.contents(atMost: Int(status.st_size)).bytes
  }

  /// A line is an address and names, apart by blanks; from a `#` on it is a remark. Letters' case doesn't matter.
  ///
  /// Nothing is allocated for other lines: some lists have a hundred thousand, and a connection waits.
  package static func addresses(of host: [UInt8], listedIn text: [UInt8]) -> [RedisAddress] {
    let wanted = host.last == UInt8(ascii: ".") ? host.dropLast() : host[...]
    var found: [RedisAddress] = []
    var index = 0
    /// The next word of this line; empty at its end.
    func nextWord() -> Range<Int> {
      while index < text.count, isBlank(text[index]) { index += 1 }
      let start = index
      while index < text.count, !isBlank(text[index]), !isEnd(text[index]) { index += 1 }
      return start..<index
    }
    while index < text.count {
      let first = nextWord()
      var isNamed = false
      while true {
        let word = nextWord()
        guard !word.isEmpty else { break }
        if isSame(text[word], wanted) { isNamed = true }
      }
      if isNamed, first.count < 64, let address = RedisAddress(String(decoding: text[first], as: UTF8.self)),
        !found.contains(address)
      {
        found.append(address)
      }
      while index < text.count, text[index] != UInt8(ascii: "\n") { index += 1 }
      index += 1
    }
    return found
  }

  private static func isBlank(_ character: UInt8) -> Bool {
    character == 0x20 || character == 0x09 || character == 0x0D
  }

  private static func isEnd(_ character: UInt8) -> Bool {
    character == UInt8(ascii: "\n") || character == UInt8(ascii: "#")
  }

  private static func isSame(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { lowercase($0) == lowercase($1) }
  }

  private static func lowercase(_ character: UInt8) -> UInt8 {
    0x41...0x5A ~= character ? character | 0x20 : character
  }
}
