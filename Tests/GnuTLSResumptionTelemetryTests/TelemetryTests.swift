import CoreMetrics
import GnuTLSResumption
import GnuTLSResumptionTelemetry
import InMemoryTracing
import MetricsTestKit
import ScriptableTLSServer
import ServiceContextModule
import SessionTickets
import TestPeers
import Testing
import Tracing

@Suite("Telemetry")
struct TelemetryTests {
  /// A client of the scriptable server, observed by a backend in memory.
  private struct Setup {
    let metrics = TestMetrics()
    let tracer = InMemoryTracer()
    let folder: TemporaryFolder
    let telemetry: ResumptionTelemetry
    var configuration = TLSConfiguration()

    init(namedServers: Int = 0, makesSpans: Bool = true) throws {
      var options = ResumptionTelemetry.Options()
      options.namedServers = namedServers
      options.makesSpans = makesSpans
      folder = try TemporaryFolder()
      telemetry = ResumptionTelemetry(factory: metrics, tracer: tracer, options: options)
      configuration.serverName = "localhost"
      configuration.verification = .engineVerifies(.file(Fixture.ecdsa.root))
      // The servers close, however long they take.
      configuration.drain = .atMost(milliseconds: 20_000)
      configuration.resumption = Resumption(
        store: MemoryStore(), masterKey: .file(folder.file("key")),
        options: ResumptionOptions(observer: telemetry.observer))
    }

    func visit(_ server: TLSServer) throws {
      try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: configuration).close()
      server.waitForConnections(server.connections.count)
    }

    func names(_ label: String) -> [[String: String]] {
      metrics.counters(label: label).map { Dictionary($0.dimensions) { first, _ in first } }
    }
  }

  private static func server(_ script: ServerScript = ServerScript()) throws -> TLSServer {
    try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("counts and times full and resumed handshakes, claims and keepings")
  func counts() throws {
    let setup = try Setup()
    let server = try Self.server()
    for _ in 0..<3 { try setup.visit(server) }
    let common = [
      ("network.transport", "tcp"), ("tls.established", "true"), ("tls.protocol.name", "tls"),
      ("tls.protocol.version", "1.3"),
    ]
    let full = common + [("tls.resumed", "false")]
    let resumed = common + [("tls.resumed", "true")]
    let reason = "gnutls.resumption.reason"
    let label = "tls.client.handshakes"
    #expect(setup.metrics.counterTotal(label: label, dimensions: full + [(reason, "noTicket")]) == 1)
    #expect(setup.metrics.counterTotal(label: label, dimensions: resumed + [(reason, "resumed")]) == 2)
    let timer = "tls.client.handshake.duration"
    #expect(setup.metrics.timers(label: timer).map(\.values.count).reduce(0, +) == 3)
    #expect(setup.metrics.timers(label: timer).flatMap(\.values).allSatisfy { $0 > 0 })
    let claims = setup.metrics.timers(label: "gnutls.resumption.claim.duration")
    #expect(
      Set(claims.map { $0.dimensions.first { $0.0 == "gnutls.resumption.claimed" }?.1 }) == ["nothing", "ticket"])
    let stored = setup.metrics.counterTotal(label: "gnutls.resumption.tickets.stored")
    #expect(stored >= 4 && stored == setup.metrics.counterTotal(label: "gnutls.resumption.tickets.received"))
    #expect(setup.metrics.counters(label: "gnutls.resumption.store.errors").isEmpty)
  }

  @Test("counts peers that are refused, handshakes that fail, and stores that can't be used")
  func failures() throws {
    var setup = try Setup()
    let server = try Self.server()
    setup.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    #expect(throws: ConnectionError.self) { try setup.visit(server) }
    let silent = try SilentServer()
    setup.configuration.timeoutMilliseconds = 100
    #expect(throws: ConnectionError.self) {
      try TLSConnection.connect(to: "127.0.0.1", port: silent.port, configuration: setup.configuration)
    }
    let names = setup.names("tls.client.handshakes")
    #expect(Set(names.map { $0["error.type"] }) == ["refused", "failed"])
    #expect(names.allSatisfy { $0["tls.established"] == "false" && $0["tls.resumed"] == nil })

    var broken = try Setup()
    broken.configuration.resumption = Resumption(
      folder: "/dev/null/store", masterKey: .file("/dev/null/key"),
      options: ResumptionOptions(observer: broken.telemetry.observer))
    try broken.visit(server)
    #expect(broken.metrics.counterTotal(label: "gnutls.resumption.store.errors") == 1)
    #expect(broken.names("tls.client.handshakes").map { $0["gnutls.resumption.reason"] } == ["storeUnavailable"])
  }

  @Test("names no server unless asked to, and then no more than was said", arguments: [0, 1, 2])
  func cardinality(namedServers: Int) throws {
    let setup = try Setup(namedServers: namedServers)
    let servers = try (0..<3).map { _ in try Self.server() }
    for server in servers + servers { try setup.visit(server) }
    let addresses = setup.metrics.timers(label: "tls.client.handshake.duration").map { timer in
      timer.dimensions.filter { $0.0.hasPrefix("server.") }.map { "\($0.0)=\($0.1)" }
    }
    let named = servers.prefix(namedServers).map { ["server.address=localhost", "server.port=\($0.port)"] }
    #expect(Set(addresses) == Set(named + [namedServers == 0 ? [] : ["server.address=other"]]))
  }

  @Test("makes spans with the times of the steps, as children of the span in which the call was made")
  func spans() throws {
    let setup = try Setup()
    let server = try Self.server()
    try setup.visit(server)
    setup.tracer.clearFinishedSpans()
    try setup.tracer.withSpan("request") { _ in try setup.visit(server) }
    let spans = setup.tracer.popFinishedSpans()
    let parent = try #require(spans.first { $0.operationName == "request" })
    let own = spans.filter { $0.operationName != "request" }
    #expect(own.prefix(2).map(\.operationName) == ["gnutls.resumption.claim", "tls.handshake"])
    #expect(own.dropFirst(2).allSatisfy { $0.operationName == "gnutls.resumption.keep" })
    for span in own {
      #expect(span.parentSpanID == parent.spanID && span.traceID == parent.traceID && span.kind == .client)
      let (start, end) = (span.startInstant.nanosecondsSinceEpoch, span.endInstant.nanosecondsSinceEpoch)
      #expect(start <= end && start >= parent.startInstant.nanosecondsSinceEpoch)
      #expect(span.attributes["server.port"]?.toSpanAttribute() == .int64(Int64(server.port)))
      #expect(span.status == nil)
    }
    let handshake = try #require(own.first { $0.operationName == "tls.handshake" })
    #expect(handshake.attributes["tls.resumed"]?.toSpanAttribute() == .bool(true))
    #expect(handshake.attributes["tls.established"]?.toSpanAttribute() == .bool(true))
    #expect(handshake.endInstant.nanosecondsSinceEpoch > handshake.startInstant.nanosecondsSinceEpoch)
  }

  @Test("gives a handshake that isn't established the status of an error, and makes no span where none are wanted")
  func errors() throws {
    let server = try Self.server()
    for makesSpans in [true, false] {
      var setup = try Setup(makesSpans: makesSpans)
      setup.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
      #expect(throws: ConnectionError.self) { try setup.visit(server) }
      let handshakes = setup.tracer.popFinishedSpans().filter { $0.operationName == "tls.handshake" }
      #expect(handshakes.map { $0.status?.code } == (makesSpans ? [.error] : []))
      #expect(setup.metrics.counterTotal(label: "tls.client.handshakes") == 1)
    }
  }
}
