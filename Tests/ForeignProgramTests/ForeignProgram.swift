import TestPeers

/// A program that uses GnuTLS and knows nothing of this package.
struct ForeignProgram: Sendable {
  enum Service: Sendable { case web, ftp }

  let name: String
  var service = Service.web
  /// What it is given on standard input, and for how long that stays open.
  var input = ""
  var inputEnd = ProcessRunner.InputEnd.atOnce
  /// For each connection of a run, in order, whether it resumes a session without anybody's help: of that run,
  var resumesWithinRun = [false]
  /// or of one before.
  var resumesAcrossRuns = [false]
  /// Whether it connects to a server that it doesn't trust.
  var trustsAnybody = false
  /// Where it forbids the extended master secret, as GnuTLS's compatibility mode does: no session of TLS 1.2 is kept then.
  var forbidsExtendedMasterSecret: Set<Negotiation> = []
  /// Done in the home before the first run.
  var prepare: @Sendable (Home) throws -> Void = { _ in }
  /// The command of a run, the how-many-th it is in this home (from 0), and whether it is to restrict itself to TLS 1.2.
  let command: @Sendable (_ home: Home, _ run: Int, _ tls12: Bool) throws -> [String]
  /// The part of the output that is the same each time.
  var stableOutput: @Sendable (String) -> String = { $0 }

  /// Runs it once, in a process of its own.
  func run(_ run: Int, in home: Home, _ negotiation: Negotiation, _ launch: Launch = .plain) throws -> ProcessResult {
    if run == 0 { try prepare(home) }
    let command = try command(home, run, negotiation == .tls12ByProgram)
    return try ProcessRunner.run(
      launch.command(command, home: home.path), input: input, inputEnd: inputEnd, timeLimit: .seconds(30))
  }
}

/// GnuTLS's priorities without TLS 1.3.
let tls12Priorities = "NORMAL:-VERS-TLS1.3"

extension TLSVersion {
  /// What keeps a client to this version, or lets it choose this one.
  var priorities: String { self == .tls12 ? tls12Priorities : "NORMAL" }
}
