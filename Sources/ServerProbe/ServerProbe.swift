package import GnuTLSResumption

/// Finds out what a server does about resumption, by a few connections.
///
/// Tickets live in this value's memory alone: no store is read or written, whatever the configuration says. Each ticket of TLS 1.3
/// is offered once; with ``Options/triesReuse`` one of them a second time, which is what is to be found out then. No early data
/// are sent: their limit is what a ticket says.
package struct ServerProbe {
  package struct Options: Sendable {
    /// Offers one ticket a second time.
    package var triesReuse = false
    /// Written after each handshake: some servers send tickets only with their first answer.
    package var message: [UInt8] = []
    /// For everything but name resolution, in milliseconds. A connection gets a third of it at most.
    package var timeoutMilliseconds = 30_000.0

    package init() {}
  }

  let host: String
  let port: UInt16
  let configuration: TLSConfiguration
  let options: Options
  var limits: ProbeLimits
  var findings: ProbeFindings
  /// Those that have not been offered.
  var tickets: [ProbeTicket] = []
  /// The newest, for what is tried twice.
  var used: ProbeTicket?
  private(set) var fullMilliseconds: [Double] = []
  private(set) var resumedMilliseconds: [Double] = []
  /// Where TLS 1.2 or older is the newest version: what has been resumed, and may be again.
  var session: ResumedSession?
  /// How long the first ticket of a connection is waited for, in milliseconds.
  var patience = 1_000.0

  /// Probes a server.
  /// - Throws: If the first connection fails: nothing is known of the server then.
  package static func run(
    _ host: String, port: UInt16, configuration: TLSConfiguration, options: Options = Options()
  ) throws(ConnectionError) -> ProbeFindings {
    var probe = ServerProbe(host, port, configuration, options)
    try probe.run()
    return probe.findings
  }

  private init(_ host: String, _ port: UInt16, _ configuration: TLSConfiguration, _ options: Options) {
    self.host = host
    self.port = port
    self.configuration = configuration
    self.options = options
    limits = ProbeLimits(milliseconds: options.timeoutMilliseconds)
    findings = ProbeFindings(
      server: ServerIdentity(name: configuration.serverName ?? host, port: port), home: "")
  }

  private mutating func run() throws(ConnectionError) {
    let addresses = try configuration.addresses.addresses(of: host, port: port)
    findings.addressCount = addresses.count
    let first = try firstConnection(addresses)
    findings.versions = [first.protocolName]
    findings.applicationProtocol = first.applicationProtocol
    if first.isTLS13 {
      probeTLS13(first)
      probeOthers(addresses)
      probeTLS12()
    } else {
      probeOlder(first, .configured)
      probeOthers(addresses)
    }
    takeTimes()
    findings.connections = limits.connections
    findings.full = Spread(fullMilliseconds)
    findings.resumed = Spread(resumedMilliseconds)
    findings.isCut = limits.hasRefused
  }

  // MARK: Connections

  /// At the first address that answers.
  private mutating func firstConnection(_ addresses: [String]) throws(ConnectionError) -> ProbedConnection {
    var failure = ConnectionError(.notFound, "\(findings.server) has no address")
    for address in addresses {
      guard let time = limits.take() else { break }
      var request = ProbeRequest(address: address, timeoutMilliseconds: time)
      request.message = options.message
      do throws(ConnectionError) {
        let first = try TLSConnection.probe(host, port: port, configuration: configuration, request)
        findings.home = address
        return first
      } catch {
        failure = error
        guard error.code == .notConnected || error.code == .timedOut else { throw error }
        // Somebody who has said something, or has taken too long to, is who was meant.
        guard address != addresses.last else { throw error }
        note(error, of: .first, at: address)
      }
    }
    throw failure
  }

  /// One more connection, at home unless told otherwise. Nil if there is none left.
  /// - Parameter answers: Failures that are an answer, and nothing to be told of besides.
  mutating func connect(
    _ step: ProbeStep, at address: String? = nil, answering answers: [ConnectionError.Code] = [],
    _ prepare: (inout ProbeRequest) -> Void = { _ in }
  ) -> Result<ProbedConnection, ConnectionError>? {
    guard let time = limits.take() else { return nil }
    var request = ProbeRequest(address: address ?? findings.home, timeoutMilliseconds: time)
    request.patienceMilliseconds = patience
    request.message = options.message
    prepare(&request)
    do throws(ConnectionError) {
      return .success(try TLSConnection.probe(host, port: port, configuration: configuration, request))
    } catch {
      if !answers.contains(error.code) { note(error, of: step, at: request.address) }
      return .failure(error)
    }
  }

  private mutating func note(_ error: ConnectionError, of step: ProbeStep, at address: String) {
    findings.failures.append(
      ProbeFindings.Failure(step: step, address: address, error: error.code, message: "\(error)"))
  }

  mutating func noteTime(of connection: ProbedConnection) {
    guard connection.protocolName == findings.versions.first else { return }
    if connection.isResumed {
      resumedMilliseconds.append(connection.handshakeMilliseconds)
    } else {
      fullMilliseconds.append(connection.handshakeMilliseconds)
    }
  }
}

extension ProbedConnection {
  var isTLS13: Bool { protocolName == "TLS1.3" }
}
