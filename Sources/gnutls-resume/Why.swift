import ArgumentParser
import Glibc
import GnuTLSResumption

struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say what the next connection to a server would do, and why.",
    discussion: """
      Takes the options of connect, and looks as it would: but nobody is connected to, unless machines share the store, \
      nothing is claimed, and all that is kept stays as it is. Below that stands what is kept of the server, and in what it \
      differs from what is asked for: programs, ALPN lists and policies don't use each other's tickets. What only shows \
      when it is tried isn't foretold: that the server declines, that another claims the ticket first, that the store \
      can't be written.
      """)

  @Argument(
    help: ArgumentHelp(
      "An IPv6 address stands in brackets. Default port: 443, or that of --starttls.", valueName: "host[:port]"),
    transform: HostPort.init)
  var server: HostPort

  @OptionGroup var options: ConnectionOptions

  @Flag(help: "As one line of JSON.")
  var json = false

  func run() throws {
    let files = PipedFiles(deadline: .now + .seconds(30))
    try reportingFailure(in: files.withGivenNames) {
      let configuration = try options.configuration(files)
      let forecast = try TLSConnection.forecast(
        to: server.host, port: server.port ?? options.way.port, configuration: configuration)
      let names = try? StoreNames(options.storeOptions.choice)
      let isSearched = !options.noResume
      let unopened = isSearched ? (try? configuration.resumption?.wholeInventory().unopened) ?? 0 : 0
      let report = ForecastReport(
        forecast: forecast, names: isSearched ? names : nil, unopened: unopened)
      try StandardStreams.out(json ? report.json() : report.text(on: STDOUT_FILENO))
    }
  }
}
