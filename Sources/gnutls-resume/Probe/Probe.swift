import ArgumentParser
import CGnuTLSResume
import Glibc
import GnuTLSResumption
import ServerProbe

struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Say what a server does about resumption, by at most ten connections to it.",
    discussion: """
      Says whether the server resumes and how: by tickets of TLS 1.3 and by tickets and session ids of TLS 1.2, how many \
      come, how late and for how long, early data (none are sent), requests for tickets, groups, how the name's other \
      addresses take to a ticket, and what a resumed handshake saves. The server is verified as by connect, and nothing is \
      told of one that isn't trusted. Tickets live in this process's memory alone: the store is neither read nor written.

      Exits with 4 or 7 if --expect isn't met, and else as connect does: with 2 if the network fails or time is over, 3 if the \
      server isn't trusted, 5 if the TLS handshake fails, 64 if the command line is wrong, and 1 for what is wrong on this \
      machine.
      """)

  @Argument(
    help: ArgumentHelp(
      "An IPv6 address stands in brackets. Default port: 443, or that of --starttls.", valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort

  @OptionGroup var options: HandshakeOptions

  @OptionGroup var addresses: AddressOptions

  @OptionGroup var prelude: StartTLSOption

  @Option(
    help: ArgumentHelp(
      "Fail unless the server has this; may be given again: resumption (exit code 4; each offer must be taken), "
        + "early-data or tls1.3 (exit code 7).",
      valueName: "feature"))
  var expect: [ProbeExpectation] = []

  @Flag(
    help: ArgumentHelp(
      "Offer one ticket a second time, to see whether the server takes it.",
      discussion: "Whoever watches can link the two connections. Nothing else ever offers a ticket twice."))
  var reuse = false

  @Flag(
    help: ArgumentHelp(
      "Ask for the head of the page / by HTTP/1.1 on each connection.",
      discussion: "Some servers give no ticket before their first answer."))
  var http = false

  @Option(
    help: ArgumentHelp(
      "The limit for everything but name resolution. A connection gets a third of it at most.", valueName: "seconds"))
  var timeout = 30.0

  @Flag(help: "As one line of JSON.")
  var json = false

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout takes more than 0 seconds and at most 86400.")
    }
    guard !http || options.alpn.allSatisfy({ $0 == "http/1.1" }) else {
      throw ValidationError("--http speaks HTTP/1.1: no other protocol can be offered with it.")
    }
    guard !http || prelude.startTLS == nil else { throw ValidationError("--http and --starttls exclude each other.") }
    guard !PriorityList.forbidsTickets(options.priority) else {
      throw ValidationError("--priority with %NO_TICKETS leaves nothing to be found out.")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    // The preloaded library, which a user's shells may have in all programs, would note in the store which tickets were offered.
    unsafe gnutls_resume_leave_preload(ProcessArguments.raw.words)
    // What comes through pipes takes of the time, too.
    let files = PipedFiles(deadline: .now + .seconds(timeout))
    try reportingFailure(in: files.withGivenNames) {
      do {
        try probe(files)
      } catch {
        // What failed after its report has been told there.
        if json, !(error is NotResumed), !(error is NotProvided), !(error is WriteFailure) {
          try StandardStreams.out(FailedProbe(identity, error, in: files.withGivenNames).json())
        }
        throw error
      }
    }
  }

  private var port: UInt16 { server.port ?? prelude.port }

  /// As it is told.
  private var identity: ServerIdentity { ServerIdentity(name: options.serverName ?? server.host, port: port) }

  private func probe(_ files: PipedFiles) throws {
    var configuration = try options.configuration(files)
    configuration.startTLS = prelude.startTLS
    configuration.addresses = addresses.choice(for: server.host, port: port)
    var wishes = ServerProbe.Options()
    wishes.triesReuse = reuse
    if http { wishes.message = headRequest }
    wishes.timeoutMilliseconds = (files.hasWaited ? files.deadline - .now : .seconds(timeout)) / .milliseconds(1)
    let findings = try ServerProbe.run(server.host, port: port, configuration: configuration, options: wishes)
    let unmet = ProbeExpectation.allCases.first { expect.contains($0) && !$0.isMet(by: findings) }
    let report = ProbeReport(findings, hasAsked: http, error: unmet?.errorName)
    try StandardStreams.out(json ? report.json() : report.text)
    if let unmet { throw unmet.error(of: findings.server) }
  }

  /// Safe to be sent however often (RFC 9110, section 9.2.1).
  private var headRequest: [UInt8] {
    // A name may be anything that the user gives.
    let host = identity.description.utf8.filter { $0 > UInt8(ascii: " ") && $0 < 0x7F }
    return Array("HEAD / HTTP/1.1\r\nHost: ".utf8) + host + Array("\r\nConnection: close\r\n\r\n".utf8)
  }
}

/// A probe that has found out nothing, in JSON: with the report's words for what both have.
private struct FailedProbe: Encodable {
  private let server: String
  private let port: UInt16
  private let error: String
  /// For people.
  private let message: String

  init(_ identity: ServerIdentity, _ error: any Error, in words: (String) -> String) {
    server = identity.name
    port = identity.port
    self.error = ExitStatus(of: error).name
    message = words("\(error)")
  }
}
