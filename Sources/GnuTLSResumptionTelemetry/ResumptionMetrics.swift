#if Telemetry
internal import CoreMetrics
internal import GnuTLSResumption

/// Counters and timers of what connections do.
struct ResumptionMetrics: Sendable {
  let factory: (any MetricsFactory)?
  let servers: NamedServers

  func record(_ event: ResumptionEvent) {
    // Looked up each time, as the factory may be set later; it knows what it has made.
    let factory = factory ?? MetricsSystem.factory
    let place = [("network.transport", event.transport)] + servers.dimensions(of: event.server)
    func time(_ label: String, _ dimensions: [(String, String)]) {
      Timer(label: label, dimensions: dimensions, factory: factory).recordNanoseconds(event.nanoseconds)
    }
    func count(_ label: String, _ number: Int, _ dimensions: [(String, String)]) {
      guard number > 0 else { return }
      Counter(label: label, dimensions: dimensions, factory: factory).increment(by: number)
    }
    switch event.step {
    case .claim:
      time("gnutls.resumption.claim.duration", place + [("gnutls.resumption.claimed", event.claimed)])
    case .handshake(let result):
      let attributes = place + result.attributes
      time("tls.client.handshake.duration", attributes)
      count("tls.client.handshakes", 1, attributes + [("gnutls.resumption.reason", event.reason)])
    case .keep(let received, let stored):
      time("gnutls.resumption.keep.duration", place)
      count("gnutls.resumption.tickets.received", received, place)
      count("gnutls.resumption.tickets.stored", stored, place)
    }
    if event.isTroubledByStore { count("gnutls.resumption.store.errors", 1, place) }
  }
}

extension ResumptionEvent {
  var transport: String { server.isDatagram ? "udp" : "tcp" }

  /// What was claimed, in a word.
  var claimed: String {
    guard case .claim(let kind) = step else { return "nothing" }
    return switch kind {
    case .ticket?: "ticket"
    case .session?: "session"
    case nil: "nothing"
    }
  }

  /// Why the handshake was a full one, or `resumed`: one of a dozen words, whatever comes.
  var reason: String {
    guard let reason = outcome.reason else { return "resumed" }
    return Self.reasons.contains(reason) ? reason.rawValue : "other"
  }

  private static let reasons: Set<FullHandshakeReason> = [
    .disabled, .retried, .declined, .unfinished, .storeUnavailable, .withheld, .damaged, .trustChanged, .expired,
    .policyChanged, .noTicket,
  ]

  /// Told once of a connection, at its handshake: the outcome says so from the claim on.
  var isTroubledByStore: Bool {
    guard case .handshake = step else { return false }
    return outcome.storeError != nil
  }
}

extension ResumptionEvent.HandshakeResult {
  /// OpenTelemetry's attributes of TLS. The version is one of few; what GnuTLS may learn to speak is `other`.
  var attributes: [(String, String)] {
    switch self {
    case .established(let isResumed, let name):
      let (known, version) = Self.version(of: name)
      return [
        ("tls.established", "true"), ("tls.resumed", isResumed ? "true" : "false"), ("tls.protocol.name", known),
        ("tls.protocol.version", version),
      ]
    case .refused: return [("tls.established", "false"), ("error.type", "refused")]
    case .failed: return [("tls.established", "false"), ("error.type", "failed")]
    }
  }

  /// Of GnuTLS's names, such as `TLS1.3`.
  private static func version(of name: String) -> (name: String, version: String) {
    for known in ["TLS", "DTLS"] {
      for version in ["1.0", "1.1", "1.2", "1.3"] where name == known + version { return (known.lowercased(), version) }
    }
    return (name.hasPrefix("DTLS") ? "dtls" : "tls", "other")
  }
}
#endif
