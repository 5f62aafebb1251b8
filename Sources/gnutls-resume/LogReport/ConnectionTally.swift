import GnuTLSResumption

/// What a log tells of one program's connections to one server.
struct ConnectionTally {
  private(set) var resumed = 0
  private(set) var failed = 0
  private(set) var refused = 0
  private(set) var notKept = 0
  /// Full handshakes by reason.
  private(set) var full: [String: Int] = [:]
  /// Sessions that the engine didn't touch, by what it told of them.
  private(set) var leftAlone: [String: Int] = [:]
  private(set) var resumedDurations = DurationTally()
  private(set) var fullDurations = DurationTally()

  /// All whose handshake the engine has seen.
  var connections: Int { resumed + fullCount + failed + refused }
  var fullCount: Int { full.values.reduce(0, +) }
  var leftAloneCount: Int { leftAlone.values.reduce(0, +) }

  /// Of those whose handshake ended well; nil where there is none.
  var share: Double? {
    let all = resumed + fullCount
    return all == 0 ? nil : Double(resumed) / Double(all)
  }

  /// What resuming has saved, in milliseconds, by the medians; nil where one of them isn't known.
  var saved: Double? {
    guard let full = fullDurations.median, let short = resumedDurations.median else { return nil }
    return Double(resumed) * (full - short)
  }

  mutating func add(_ line: LogLine, of bytes: Span<UInt8>) {
    switch line.event {
    case .resumed:
      resumed += 1
      if let duration = line.duration { resumedDurations.add(duration) }
    case .full(let reason):
      Self.count(bytes.text(reason), in: &full)
      if let duration = line.duration { fullDurations.add(duration) }
    case .failed: failed += 1
    case .refused: refused += 1
    case .notKept: notKept += 1
    case .leftAlone(let why):
      let text = bytes.text(why)
      Self.count(LeftAlone(rawValue: text)?.text ?? text, in: &leftAlone)
    }
  }

  mutating func add(_ other: ConnectionTally) {
    resumed += other.resumed
    failed += other.failed
    refused += other.refused
    notKept += other.notKept
    full.merge(other.full, uniquingKeysWith: +)
    leftAlone.merge(other.leftAlone, uniquingKeysWith: +)
    resumedDurations.add(other.resumedDurations)
    fullDurations.add(other.fullDurations)
  }

  /// There are a dozen reasons; whoever invents more gets no more room.
  private static func count(_ text: String, in counts: inout [String: Int]) {
    let key = counts[text] == nil && counts.count >= 32 ? "other" : text
    counts[key, default: 0] += 1
  }
}

extension Span<UInt8> {
  /// The text at a place of a line; what is no UTF-8 is replaced.
  func text(_ range: Range<Int>) -> String {
    unsafe extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
