import ArgumentParser
import Glibc
import GnuTLSResumption

struct Connect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connect",
    abstract: "Connect to a TLS server, resuming an earlier session if there is one, and report.")

  @Argument(
    help: ArgumentHelp("An IPv6 address stands in brackets. Default port: 443.", valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort

  @Option(
    help: ArgumentHelp("The name to ask the server for, and to expect in its certificate.", valueName: "name"),
    transform: text)
  var serverName: String?

  @OptionGroup var trust: TrustOptions

  @Option(
    help: ArgumentHelp("Offer this application protocol; may be given again.", valueName: "protocol"), transform: text)
  var alpn: [String] = []

  @Option(help: ArgumentHelp("GnuTLS's priority string.", valueName: "string"), transform: text)
  var priority: String?

  @Option(help: ArgumentHelp("The client's certificate, PEM; goes with --key.", valueName: "file"))
  var cert: PathArgument?

  @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
  var key: PathArgument?

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "Resume nothing: neither read nor write the store.")
  var noResume = false

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

  @Option(
    help: ArgumentHelp(
      "With --stdin: how long the server must be silent after the end of the input until it is told that no more "
        + "will come. Told at once, many servers cut their answer short.",
      valueName: "seconds"))
  var linger = 1.0

  @Flag(help: "Report as one line of JSON.")
  var json = false

  func validate() throws {
    guard (cert == nil) == (key == nil) else { throw ValidationError("--cert and --key go together.") }
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout takes more than 0 seconds and at most 86400.")
    }
    guard linger >= 0, linger <= 86_400 else { throw ValidationError("--linger takes 0 to 86400 seconds.") }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    // What comes through pipes takes of the time, too.
    let files = PipedFiles(deadline: .now + .seconds(timeout))
    try reportingFailure(in: files.withGivenNames) {
      let port = server.port ?? 443
      let connection = try TLSConnection.connect(to: server.host, port: port, configuration: configuration(files))
      if stdin { try StreamCopy(connection, linger: .seconds(linger)).run() }
      connection.close()
      let report = Report(
        host: server.host, port: port, serverName: serverName ?? server.host, connection: connection)
      let text = json ? try report.json() : report.text
      if stdin { StandardStreams.error(text) } else { try StandardStreams.out(text) }
    }
  }

  @Sendable private static func log(_ line: String) {
    // The engine's one line about the store; what can be done is for the tool to say.
    let advice = line.contains(": store: ") ? StoreOptions.advice : ""
    StandardStreams.error("gnutls-resume: \(line)\(advice)".printable)
  }

  private func configuration(_ files: PipedFiles) throws -> TLSConfiguration {
    var result = TLSConfiguration()
    result.serverName = serverName
    result.applicationProtocols = alpn
    result.priority = priority
    result.verification = try trust.verification(files)
    if let cert, let key {
      result.clientCertificate = try PEMKeyPair(
        certificate: files.file(cert.path, "the client's certificate"),
        key: files.file(key.path, "its key"))
    }
    let left = files.hasWaited ? files.deadline - .now : .seconds(timeout)
    result.timeoutMilliseconds = max(0, left / .milliseconds(1))
    result.resumption = noResume ? nil : storeOptions.resumption(log: verbose ? Self.log : nil)
    return result
  }
}
