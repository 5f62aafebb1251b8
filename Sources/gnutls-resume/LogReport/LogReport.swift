import ArgumentParser
import Glibc
import SessionTickets

struct LogReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Sum up logs: what resumed, what didn't and why, and what it saved.",
    discussion: """
      A log is what --log FILE or GNUTLS_RESUME_LOG has written; - stands for standard input. Without any, it is the file \
      that GNUTLS_RESUME_LOG names. Durations are medians of handshakes, true to three percent; what was saved is the \
      difference of the two, for each connection that was resumed.
      """)

  @Argument(help: "The logs.")
  var log: [PathArgument] = []

  @Flag(help: "As one line of JSON.")
  var json = false

  @Option(help: ArgumentHelp("Draw it into this file.", valueName: "file"))
  var svg: PathArgument?

  func run() throws {
    try reportingFailure {
      var tally = LogTally()
      var progress = LogProgress()
      for path in try paths() { try Self.read(path, into: &tally, &progress) }
      progress.end()
      guard !tally.rows.isEmpty else {
        throw FileFailure("no line of gnutls-resume's in \(try paths().map(Self.name).joined(separator: ", "))")
      }
      if let svg { try Self.write(LogChart(tally: tally).svg, to: svg.path) }
      try StandardStreams.out(
        json ? LogEntries(tally).json() : LogTable(tally: tally, isTerminal: isatty(STDOUT_FILENO) == 1).text)
    }
  }

  private func paths() throws -> [RawPath] {
    guard log.isEmpty else { return log.map(\.path) }
    guard let variable = unsafe getenv("GNUTLS_RESUME_LOG"), unsafe variable.pointee != 0 else {
      throw FileFailure("no log is named, neither here nor by GNUTLS_RESUME_LOG")
    }
    return unsafe [RawPath(cString: variable)]
  }

  private static func name(_ path: RawPath) -> String { isStandardInput(path) ? "standard input" : "\(path)" }

  private static func isStandardInput(_ path: RawPath) -> Bool { path.bytes == [UInt8(ascii: "-")] }

  private static func read(_ path: RawPath, into tally: inout LogTally, _ progress: inout LogProgress) throws {
    var descriptor = STDIN_FILENO
    if !isStandardInput(path) {
      descriptor = unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw FileFailure("\(name(path)) can't be read", errno: errno) }
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    progress.begin(name(path), descriptor)
    try LogLines(descriptor: descriptor, name: name(path))
      .forEach(progress: { progress.advance($0) }, visit: { tally.add($0) })
  }

  private static func write(_ text: String, to path: RawPath) throws {
    let file = unsafe path.withCString { unsafe open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard file >= 0 else { throw FileFailure("\(path) can't be written", errno: errno) }
    let isWritten = StandardStreams.write(Array(text.utf8), to: file)
    let number = errno
    guard close(file) == 0, isWritten else {
      throw FileFailure("\(path) can't be written", errno: isWritten ? errno : number)
    }
  }
}
