internal import SessionTickets

/// What a key file holds: master keys with the time when each was made, the newest first.
///
/// It is text, so that it can be handed to other machines as it is: a first line, a line for each key (id, seconds since
/// 1970, 64 hexadecimal digits), and the digest of all of that, which shows a damaged copy. A file of 32 bytes is one
/// key of unknown age.
struct KeyFileContents {
  struct Entry {
    let key: MasterKey
    /// In seconds since 1970; 0 if it isn't known.
    let made: Int64
  }

  /// What a file may hold, in bytes.
  static let mostBytes = 4_096
  /// How many keys: each one that a look-up has to try takes time.
  static let mostKeys = 16
  /// How long after its successor a key is still needed, in seconds: until its last tickets have ended, and a day for
  /// those who have got the successor late.
  static let secondsAfterSuccessor = Int64(Lifetime.week) + 24 * 3_600

  private(set) var entries: [Entry]

  /// One new key.
  init(_ key: MasterKey, made: Int64) { entries = [Entry(key: key, made: made)] }

  // MARK: What there is at a time

  /// When a key was followed by another, in seconds since 1970; nil of the newest.
  ///
  /// By the first date that says so: a clock that was ahead once must not keep the keys of before for years.
  func superseded(_ index: Int) -> Int64? { entries[..<index].reduce(nil) { min($0 ?? .max, $1.made) } }

  /// Whether tickets under a key may still be of use.
  func isNeeded(_ index: Int, at now: Int64) -> Bool {
    guard let superseded = superseded(index) else { return true }
    return now < superseded.addingClamped(Self.secondsAfterSuccessor)
  }

  /// For sealing and opening.
  func ring(at now: Int64) -> KeyRing {
    let older = entries.indices.dropFirst().filter { isNeeded($0, at: now) }.map { entries[$0].key }
    return KeyRing(newest: entries[0].key, older: older)
  }

  // MARK: Changes

  mutating func removeEnded(at now: Int64) {
    entries = entries.indices.filter { isNeeded($0, at: now) }.map { entries[$0] }
  }

  /// Puts another key before all that there are.
  mutating func add(_ key: MasterKey, made: Int64) { entries.insert(Entry(key: key, made: made), at: 0) }
}

extension KeyFileContents {
  /// Why bytes are no keys.
  enum Fault: Error {
    case count(Int)
    case damaged
    case otherFormat
    case noDigest
    case noMemory

    var text: String {
      switch self {
      case .count(let count): "it has \(count) bytes, and is neither one key nor a list of keys"
      case .damaged: "it is damaged, or cut short"
      case .otherFormat: "it is of another version of gnutls-resume"
      case .noDigest: "it is one key, without a digest that would tell whether it is damaged"
      case .noMemory: "there is no memory for it"
      }
    }
  }

  private static let begin: StaticString = "gnutls-resume keys "
  private static let format: StaticString = "1\n"
  private static let end: StaticString = "end "
  private static let line: StaticString = "key "
  /// Of the digest, in bytes.
  private static let sumSize = 16

  init(_ bytes: [UInt8]) throws(Fault) {
    guard bytes.starts(with: Array(Self.begin)) else {
      guard bytes.count == MasterKey.byteCount else { throw .count(bytes.count) }
      guard let key = MasterKey(bytes) else { throw .noMemory }
      entries = [Entry(key: key, made: 0)]
      return
    }
    var reader = LineReader(bytes[...])
    reader.skip(Self.begin)
    guard reader.skip(Self.format) else { throw .otherFormat }
    var found: [Entry] = []
    while reader.skip(Self.line) {
      guard found.count < Self.mostKeys, let id = reader.hexadecimal(8), reader.skip(" "),
        let made = reader.number(), reader.skip(" "), var secret = reader.hexadecimal(MasterKey.byteCount),
        reader.skip("\n")
      else { throw .damaged }
      defer { secret.wipe() }
      guard let key = MasterKey(secret) else { throw .noMemory }
      guard UInt64(bigEndian: id) == key.id, !found.contains(where: { $0.key.id == key.id }) else { throw .damaged }
      found.append(Entry(key: key, made: made))
    }
    let end = reader.position
    guard !found.isEmpty, reader.skip(Self.end), let sum = reader.hexadecimal(Self.sumSize), reader.skip("\n"),
      reader.isAtEnd
    else { throw .damaged }
    let digest = unsafe bytes.withUnsafeBytes { unsafe SHA256.digest(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    guard let digest, digest.bytes.prefix(Self.sumSize).elementsEqual(sum) else { throw .damaged }
    entries = found
  }

  /// The text. It holds the keys: overwrite it behind use. Nil if GnuTLS gives no digest.
  var bytes: [UInt8]? {
    // At once, so that no copy is left behind.
    var result: [UInt8] = []
    result.reserveCapacity(Self.mostBytes)
    result.append(contentsOf: Array(Self.begin) + Array(Self.format))
    for entry in entries {
      result.append(contentsOf: Array(Self.line))
      result.append(contentsOf: entry.key.idText.utf8)
      result.append(contentsOf: " \(entry.made) ".utf8)
      unsafe entry.key.withBytes { bytes in
        for index in bytes.indices {
          let byte = unsafe bytes[index]
          result.append(Hexadecimal.digit(byte >> 4))
          result.append(Hexadecimal.digit(byte & 15))
        }
      }
      result.append(UInt8(ascii: "\n"))
    }
    guard let digest = SHA256.digest(result) else {
      result.wipe()
      return nil
    }
    result.append(contentsOf: Array(Self.end))
    result.append(contentsOf: Hexadecimal.encode(digest.bytes.prefix(Self.sumSize)))
    result.append(UInt8(ascii: "\n"))
    return result
  }
}

/// Reads a text of fixed form, piece by piece.
private struct LineReader {
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  /// Whether the text goes on with these words; they are passed then.
  @discardableResult
  mutating func skip(_ words: StaticString) -> Bool {
    let words = Array(words)
    guard bytes[position...].starts(with: words) else { return false }
    position += words.count
    return true
  }

  mutating func hexadecimal(_ count: Int) -> [UInt8]? {
    guard bytes.endIndex - position >= 2 * count,
      let result = Hexadecimal.decode(bytes[position..<(position + 2 * count)])
    else { return nil }
    position += 2 * count
    return result
  }

  /// A decimal number in its one spelling, without a sign.
  mutating func number() -> Int64? {
    let start = position
    var result: Int64 = 0
    while position < bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      let (tens, first) = result.multipliedReportingOverflow(by: 10)
      let (sum, second) = tens.addingReportingOverflow(Int64(bytes[position] &- UInt8(ascii: "0")))
      guard !first, !second else { return nil }
      result = sum
      position += 1
    }
    let count = position - start
    return count == 1 || count > 1 && bytes[start] != UInt8(ascii: "0") ? result : nil
  }
}

extension [UInt8] {
  fileprivate init(_ text: StaticString) { self = text.withUTF8Buffer { unsafe Array($0) } }
}
