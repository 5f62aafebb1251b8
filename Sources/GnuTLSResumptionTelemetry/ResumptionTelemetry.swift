#if Telemetry
public import CoreMetrics
public import GnuTLSResumption
public import Tracing

/// Counts, times and traces what connections do to resume: by swift-metrics and swift-distributed-tracing.
///
/// Its ``observe(_:)`` is an observer of `Resumption`'s. What it makes is listed on <doc:GnuTLSResumptionTelemetry>.
public final class ResumptionTelemetry: Sendable {
  public struct Options: Sendable {
    /// How many servers are told apart in metrics, by `server.address` and `server.port`: the first that are met. All others
    /// have `other` for an address. 0, unless set, leaves both dimensions out.
    public var namedServers = 0
    /// Spans are made, too. They name their server, as a span is one of many anyway.
    public var makesSpans = true

    public init() {}
  }

  private let metrics: ResumptionMetrics
  private let spans: ResumptionSpans?

  /// - Parameters:
  ///   - factory: Where metrics go; nil: to that of the process (`MetricsSystem.bootstrap`), as it is at each event.
  ///   - tracer: Where spans go; nil: likewise (`InstrumentationSystem.bootstrap`).
  ///   - options: Which servers are told apart, and whether spans are made.
  public init(factory: (any MetricsFactory)? = nil, tracer: (any Tracer)? = nil, options: Options = Options()) {
    metrics = ResumptionMetrics(factory: factory, servers: NamedServers(most: options.namedServers))
    spans = options.makesSpans ? ResumptionSpans(tracer: tracer) : nil
  }

  /// To be handed to `ResumptionOptions`.
  public var observer: ResumptionObserver { { self.observe($0) } }

  /// Records an event. Waits for nothing but the metrics' and the tracer's own code.
  public func observe(_ event: ResumptionEvent) {
    metrics.record(event)
    spans?.record(event)
  }
}
#endif
