#if Telemetry
internal import GnuTLSResumption
internal import ServiceContextModule
internal import Tracing

/// Spans of what connections do, made when a step is over: they begin when it did, and are children of what the thread that
/// made the call is within.
struct ResumptionSpans: Sendable {
  let tracer: (any Tracer)?

  func record(_ event: ResumptionEvent) {
    let tracer = tracer ?? InstrumentationSystem.tracer
    let span: any Span = tracer.startSpan(event.spanName, ofKind: .client, at: event.start)
    span.updateAttributes { attributes in
      attributes["network.transport"] = event.transport
      attributes["server.address"] = event.server.name
      if event.server.port != 0 { attributes["server.port"] = Int(event.server.port) }
      attributes["gnutls.resumption.reason"] = event.reason
      switch event.step {
      case .claim: attributes["gnutls.resumption.claimed"] = event.claimed
      case .handshake(let result):
        for (name, value) in result.attributes {
          // These two are truth values there.
          if name == "tls.established" || name == "tls.resumed" {
            attributes[name] = value == "true"
          } else {
            attributes[name] = value
          }
        }
      case .keep(let received, let stored):
        attributes["gnutls.resumption.tickets.received"] = received
        attributes["gnutls.resumption.tickets.stored"] = stored
      }
    }
    if event.isFailure { span.setStatus(SpanStatus(code: .error)) }
    span.end(at: event.end)
  }
}

extension ResumptionEvent {
  fileprivate var spanName: String {
    switch step {
    case .claim: "gnutls.resumption.claim"
    case .handshake: "tls.handshake"
    case .keep: "gnutls.resumption.keep"
    }
  }

  fileprivate var isFailure: Bool {
    switch step {
    case .handshake(.established), .claim, .keep: false
    case .handshake: true
    }
  }

  fileprivate var start: DefaultTracerClock.Timestamp {
    .init(nanosecondsSinceEpoch: UInt64(clamping: beginning.nanoseconds))
  }

  fileprivate var end: DefaultTracerClock.Timestamp {
    let (sum, overflow) = beginning.nanoseconds.addingReportingOverflow(max(0, nanoseconds))
    return .init(nanosecondsSinceEpoch: UInt64(clamping: overflow ? .max : sum))
  }
}
#endif
