/// What logs tell, for programs.
struct LogEntries: Encodable {
  struct Entry: Encodable {
    let program: String
    let server: String
    @OrNull var port: UInt16?
    let connections: Int
    let resumed: Int
    /// Full handshakes by reason.
    let full: [String: Int]
    let failed: Int
    let refused: Int
    let leftAlone: Int
    let notKept: Int
    /// Medians; nil where nothing is known.
    @OrNull var fullMilliseconds: Double?
    @OrNull var resumedMilliseconds: Double?
    @OrNull var savedMilliseconds: Double?

    init(_ row: LogTally.Row) {
      let tally = row.tally
      program = row.program
      let peer = try? HostPort(row.server)
      server = peer?.host ?? row.server
      port = peer?.port
      connections = tally.connections
      resumed = tally.resumed
      full = tally.full
      failed = tally.failed
      refused = tally.refused
      leftAlone = tally.leftAloneCount
      notKept = tally.notKept
      fullMilliseconds = tally.fullDurations.median
      resumedMilliseconds = tally.resumedDurations.median
      savedMilliseconds = tally.saved
    }
  }

  let entries: [Entry]
  @OrNull var first: String?
  @OrNull var last: String?
  let otherLines: Int

  init(_ tally: LogTally) {
    entries = tally.rows.map(Entry.init)
    (first, last, otherLines) = (tally.first, tally.last, tally.otherLines)
  }
}
