/// What `minimal-client` and `raw-gnutls-client` print with `--report`.
struct ClientReport {
  let connections: Int
  let resumed: Int
  /// Whose early data were taken, and what came with the SYN.
  let early: Int
  let fast: Int
  /// Of one connection on average, in seconds.
  let processor: Double
  let firstByte: Double
  /// The most memory that the process had, in KiB; 0 where it isn't said.
  let peak: Int

  init(_ output: String) throws {
    let words = output.split(whereSeparator: \.isWhitespace).map(String.init)
    var values: [String: Int] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) { values[words[index]] = Int(words[index + 1]) }
    guard let connections = values["connections"], let resumed = values["resumed"], connections > 0,
      let processor = values["processor"], let firstByte = values["first-byte"]
    else { throw Failure("a client reports: \(output)") }
    self.connections = connections
    self.resumed = resumed
    self.processor = Double(processor) / Double(connections) / 1_000_000_000
    self.firstByte = Double(firstByte) / Double(connections) / 1_000_000_000
    early = values["early"] ?? 0
    fast = values["fast"] ?? 0
    peak = values["peak"] ?? 0
  }

  /// Runs a client, all of whose counted connections must be resumed, or none of them.
  static func of(_ command: Command, isResumed: Bool) throws -> ClientReport {
    let report = try ClientReport(Launcher.run(command.adding(["--report"]), isCaptured: true).output)
    guard report.resumed == (isResumed ? report.connections : 0) else {
      throw Failure(
        "\(report.resumed) of \(report.connections) connections were resumed, unlike what was to be measured")
    }
    return report
  }
}
