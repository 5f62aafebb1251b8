/// What logs tell, by program and server.
struct LogTally {
  struct Row {
    let program: String
    /// With its port, as the log has it.
    let server: String
    var tally: ConnectionTally
  }

  /// So many pairs are told apart; more are one row.
  private static let limit = 2_048

  private var places: [[UInt8]: Int] = [:]
  private var tallies: [Row] = []
  /// Of the pairs that had no room.
  private var rest: Row?
  /// Lines that are none of ours.
  private(set) var otherLines = 0
  /// ISO 8601, UTC, of the earliest and latest line that has a time.
  private(set) var first: String?
  private(set) var last: String?

  mutating func add(_ bytes: Span<UInt8>) {
    guard let line = LogLine(bytes) else {
      if !bytes.isEmpty { otherLines += 1 }
      return
    }
    if let time = line.time { note(time, bytes) }
    // The name of both, which no program and no server can have.
    var key: [UInt8] = []
    key.reserveCapacity(line.program.place.count + line.server.place.count + 10)
    line.program.append(of: bytes, to: &key)
    let end = key.count
    key.append(0)
    line.appendServer(of: bytes, to: &key)
    if let place = places[key] { return tallies[place].tally.add(line, of: bytes) }
    guard tallies.count < Self.limit else {
      var row = rest ?? Row(program: "others", server: "", tally: ConnectionTally())
      row.tally.add(line, of: bytes)
      rest = row
      return
    }
    var row = Row(
      program: String(decoding: key[..<end], as: UTF8.self), server: String(decoding: key[(end + 1)...], as: UTF8.self),
      tally: ConnectionTally())
    row.tally.add(line, of: bytes)
    places[key] = tallies.count
    tallies.append(row)
  }

  /// The busiest first.
  var rows: [Row] {
    tallies.sorted {
      ($1.tally.connections, $0.program, $0.server) < ($0.tally.connections, $1.program, $1.server)
    } + (rest.map { [$0] } ?? [])
  }

  var all: ConnectionTally {
    rows.reduce(into: ConnectionTally()) { $0.add($1.tally) }
  }

  /// The shape has been checked, so that order in bytes is order in time. Most lines are later than the one before.
  private mutating func note(_ range: Range<Int>, _ bytes: Span<UInt8>) {
    if first == nil {
      first = bytes.text(range)
      last = first
      return
    }
    if bytes.compare(range, latest) > 0 { last = bytes.text(range) }
    if bytes.compare(range, earliest) < 0 { first = bytes.text(range) }
  }

  private var latest: String { last ?? "" }
  private var earliest: String { first ?? "" }
}

extension Span<UInt8> {
  /// Less than, equal to or greater than 0, byte by byte.
  fileprivate func compare(_ range: Range<Int>, _ text: String) -> Int {
    var place = range.lowerBound
    for byte in text.utf8 {
      guard place < range.upperBound else { return -1 }
      if self[place] != byte { return Int(self[place]) - Int(byte) }
      place += 1
    }
    return range.upperBound - place
  }
}
