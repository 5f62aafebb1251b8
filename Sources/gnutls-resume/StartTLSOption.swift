import ArgumentParser
import GnuTLSResumption

/// What is said to the server before TLS.
struct StartTLSOption: ParsableArguments {
  @Option(
    name: .customLong("starttls"),
    help: ArgumentHelp(
      "Ask for TLS as this protocol does: \(StartTLS.names). The default port is the protocol's then.",
      discussion: "Tickets are the server's and its port's, by whatever protocol they came.",
      valueName: "protocol"),
    completion: .list(StartTLS.allCases.map(\.rawValue)), transform: startTLSProtocol)
  var startTLS: StartTLS?

  /// The port where none is named.
  var port: UInt16 { startTLS?.port ?? 443 }
}

private func startTLSProtocol(_ argument: String) throws -> StartTLS {
  guard let result = StartTLS(rawValue: argument) else { throw ValidationError("it is one of \(StartTLS.names).") }
  return result
}

extension StartTLS {
  fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
