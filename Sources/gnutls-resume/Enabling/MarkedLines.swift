/// The lines that this tool has put into a file, between two that mark them.
///
/// The first mark says what else was changed for them, so that all is undone, and has a digest, so that what somebody else
/// has changed since isn't.
struct MarkedLines: Equatable {
  /// What was changed besides.
  struct Traces: Equatable {
    /// The file is new.
    var madeFile = false
    /// The line before wasn't ended.
    var endedLine = false
    /// How many folders are new, from the file's own upwards.
    var madeFolders = 0
  }

  /// Whole lines.
  let body: [UInt8]
  var traces = Traces()

  /// What the file holds of such lines.
  enum Found {
    case none
    /// As they were written.
    case intact(MarkedLines, Range<Int>)
    /// Somebody else has changed them.
    case edited
  }

  private static let begin = Array("# gnutls-resume begin ".utf8)
  private static let end = Array("# gnutls-resume end".utf8)
  private static let newline = UInt8(ascii: "\n")

  var bytes: [UInt8] { Self.begin + Array(heading.utf8) + [Self.newline] + body + Self.end + [Self.newline] }

  private var heading: String {
    var words = [""]
    if traces.madeFile { words.append("new-file") }
    if traces.endedLine { words.append("new-line") }
    if traces.madeFolders > 0 { words.append("new-folders=\(traces.madeFolders)") }
    words[0] = digest(words)
    return words.joined(separator: " ")
  }

  /// FNV-1a: it is people's edits that are to be seen.
  private func digest(_ words: [String]) -> String {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in Array(words.joined(separator: " ").utf8) + body { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  static func find(in contents: [UInt8]) -> Found {
    var begins: [Range<Int>] = []
    var ends: [Range<Int>] = []
    var start = 0
    while start < contents.count {
      let stop = contents[start...].firstIndex(of: newline) ?? contents.count
      if contents[start..<stop].starts(with: begin) { begins.append(start..<stop) }
      if contents[start..<stop].elementsEqual(end) { ends.append(start..<stop) }
      start = stop + 1
    }
    if begins.isEmpty && ends.isEmpty { return .none }
    guard begins.count == 1, ends.count == 1, begins[0].upperBound < ends[0].lowerBound else { return .edited }
    let found = MarkedLines(
      body: Array(contents[(begins[0].upperBound + 1)..<ends[0].lowerBound]),
      traces: Traces(contents[begins[0]].dropFirst(begin.count)))
    // An editor may have taken the end off the last line.
    let range = begins[0].lowerBound..<min(ends[0].upperBound + 1, contents.count)
    guard found.bytes.starts(with: contents[range]) else { return .edited }
    return .intact(found, range)
  }

  /// A file's contents with the lines at its end.
  func added(to contents: [UInt8]) -> [UInt8] {
    contents + (traces.endedLine ? [Self.newline] : []) + bytes
  }

  /// A file's contents without the lines, which are there.
  func removed(from contents: [UInt8], at range: Range<Int>) -> [UInt8] {
    let endsLine = traces.endedLine && range.upperBound == contents.count && range.lowerBound > 0
    return Array(contents[..<(range.lowerBound - (endsLine ? 1 : 0))] + contents[range.upperBound...])
  }

  /// Whether a file of such contents lacks the end of its last line.
  static func isUnended(_ contents: [UInt8]) -> Bool { contents.last.map { $0 != newline } ?? false }
}

extension MarkedLines.Traces {
  /// What the first mark says behind its digest. What isn't understood spoils the digest.
  fileprivate init(_ heading: ArraySlice<UInt8>) {
    for word in String(decoding: heading, as: UTF8.self).split(separator: " ") {
      if word == "new-file" { madeFile = true }
      if word == "new-line" { endedLine = true }
      if word.hasPrefix("new-folders="), let count = Int(word.dropFirst(12)) { madeFolders = count }
    }
  }
}
