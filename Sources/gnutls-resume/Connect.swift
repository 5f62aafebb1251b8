import ArgumentParser
import Glibc
import GnuTLSResumption

struct Connect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Connect to a TLS server, resuming an earlier session if there is one, and report.",
    discussion: """
      Exits with 2 if the network fails or time is over, 3 if the server isn't trusted, 4 if --require-resumed isn't met, 5 \
      if the TLS handshake fails, 6 if the connection breaks after it, 64 if the command line is wrong, and 1 for what is \
      wrong on this machine.
      """)

  @Argument(
    help: ArgumentHelp(
      "An IPv6 address stands in brackets. Default port: 443, or that of --starttls.", valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort

  @OptionGroup var options: ConnectionOptions

  @OptionGroup var addresses: AddressOptions

  @Flag(help: "Fail, with exit code 4, unless an earlier session is resumed. Nothing is sent then.")
  var requireResumed = false

  @Option(
    help: ArgumentHelp("The limit for connecting and the handshake, without name resolution.", valueName: "seconds"))
  var timeout = 30.0

  @Flag(help: "Say on standard error what is done and why.")
  var verbose = false

  @Flag(
    help: ArgumentHelp(
      "Copy standard input to the server, and what it sends to standard output until it closes.",
      discussion: "The report goes to standard error."))
  var stdin = false

  @OptionGroup var early: EarlyDataOptions

  @OptionGroup var opening: FastOpenOption

  @Option(
    help: ArgumentHelp(
      "With --stdin: how long the server must be silent after the end of the input until it is told that no more "
        + "will come. Told at once, many servers cut their answer short.",
      valueName: "seconds"))
  var linger = 1.0

  @Flag(help: "Report as one line of JSON.")
  var json = false

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout takes more than 0 seconds and at most 86400.")
    }
    guard options.way.proxy == nil || addresses.resolve.isEmpty else {
      throw ValidationError("--resolve and --proxy exclude each other: the proxy looks names up.")
    }
    guard linger >= 0, linger <= 86_400 else { throw ValidationError("--linger takes 0 to 86400 seconds.") }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    // What comes through pipes takes of the time, too.
    let files = PipedFiles(deadline: .now + .seconds(timeout))
    let port = server.port ?? options.way.port
    let peer = FailedConnection.Peer(server: identity(port), host: server.host)
    try reportingFailure(in: files.withGivenNames) {
      do {
        try connect(port, files)
      } catch {
        // What failed after its report has been told there.
        if json, !(error is NotResumed), !(error is WriteFailure) {
          try tell(FailedConnection(peer, error, in: files.withGivenNames).json())
        }
        throw error
      }
    }
  }

  private func connect(_ port: UInt16, _ files: PipedFiles) throws {
    let connection = try TLSConnection.connect(
      to: server.host, port: port, configuration: configuration(files), earlyData: early.contents(files) ?? [])
    let refusal = requireResumed && !connection.outcome.isResumed ? NotResumed(connection.outcome, server, port) : nil
    if stdin, refusal == nil { try StreamCopy(connection, linger: .seconds(linger)).run() }
    let end = ContinuousClock.now
    connection.close()
    var report = Report(server: identity(port), host: server.host, connection: connection)
    report.closeMilliseconds = (ContinuousClock.now - end) / .milliseconds(1)
    report.error = refusal == nil ? nil : ExitStatus.notResumedName
    try tell(json ? report.json() : report.text(on: stdin ? STDERR_FILENO : STDOUT_FILENO))
    if let refusal { throw refusal }
  }

  /// By which its tickets are kept.
  private func identity(_ port: UInt16) -> ServerIdentity {
    ServerIdentity(name: options.handshake.serverName ?? server.host, port: port)
  }

  /// The report: standard output belongs to the server's data with --stdin.
  private func tell(_ text: String) throws {
    if stdin { StandardStreams.error(text) } else { try StandardStreams.out(text) }
  }

  @Sendable private static func log(_ line: String) {
    // The engine's one line about the store; what can be done is for the tool to say.
    let advice = line.contains(": store: ") ? StoreOptions.advice : ""
    StandardStreams.error("gnutls-resume: \(line)\(advice)".printable)
  }

  private func configuration(_ files: PipedFiles) throws -> TLSConfiguration {
    var result = try options.configuration(files, log: verbose ? Self.log : nil)
    result.addresses = addresses.choice(for: server.host, port: server.port ?? options.way.port)
    let left = files.hasWaited ? files.deadline - .now : .seconds(timeout)
    result.timeoutMilliseconds = max(0, left / .milliseconds(1))
    result.fastOpen = opening.fastOpen
    result.earlyDataMarks = early.earlyDataMarks?.path
    return result
  }
}
