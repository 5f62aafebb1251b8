import CGnuTLS
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("An observer")
struct ObserverTests {
  /// What was told, as lines.
  final class Record: Sendable {
    private let events = Lock<[ResumptionEvent]>([])

    var all: [ResumptionEvent] { events.withLock { $0 } }

    func observe(_ event: ResumptionEvent) { events.withLock { $0.append(event) } }

    /// The steps since the last time.
    func take() -> [String] {
      let taken = events.withLock { events in
        defer { events = [] }
        return events
      }
      return taken.map { event in
        switch event.step {
        case .claim(let kind): "claim \(kind.map { "\($0)" } ?? "nothing")"
        case .handshake(.established(let isResumed, let name)): "\(isResumed ? "resumed" : "full") \(name)"
        case .handshake(.refused): "refused"
        case .handshake(.failed): "failed"
        case .keep(let received, let stored): "keep \(stored) of \(received)"
        }
      }
    }
  }

  private func observed(_ client: Client, by record: Record) throws -> Client {
    var client = client
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    client.configuration.resumption = Resumption(
      store: client.store, masterKey: .keys(KeyRing(newest: master)),
      options: ResumptionOptions(clock: { [clock = client.clock] in clock.now }, observer: record.observe))
    return client
  }

  @Test("is told of claim, handshake and keeping, in this order", arguments: Mode.allCases)
  func steps(mode: Mode) throws {
    let record = Record()
    let client = try observed(try Client(mode.script), by: record)
    let began = client.clock.now
    try client.visit()
    let first = record.all
    let kept = mode == .tls13 ? ["keep 1 of 1", "keep 1 of 1"] : ["keep 1 of 1"]
    let name = mode == .tls13 ? "TLS1.3" : "TLS1.2"
    let told = record.take()
    #expect(told.prefix(2) == ["claim nothing", "full \(name)"])
    #expect(told.dropFirst(2).elementsEqual(kept) || told.dropFirst(2) == ["keep 2 of 2"], "\(told)")
    for event in first {
      #expect(event.beginning >= began && event.beginning <= client.clock.now)
      #expect(event.nanoseconds >= 0 && event.nanoseconds < 60_000_000_000)
      #expect(event.server == ServerIdentity(name: "localhost", port: client.server.port))
    }
    #expect(first.last?.outcome.ticketsStored == (mode == .tls13 ? 2 : 1))
    try client.visit()
    #expect(record.take().prefix(2) == ["claim \(mode == .tls13 ? "ticket" : "session")", "resumed \(name)"])
  }

  @Test("is told once of a handshake that is refused, fails, or is given up")
  func failures() throws {
    let record = Record()
    var client = try observed(try Client(), by: record)
    client.policy = .file(Client.fixture("ecdsa-other-root.pem"))
    #expect(throws: ConnectionError.self) { try client.visit() }
    #expect(record.take() == ["claim nothing", "refused"])

    let silent = try SilentServer()
    client.configuration.timeoutMilliseconds = 100
    #expect(throws: ConnectionError.self) {
      try TLSConnection.connect(to: "127.0.0.1", port: silent.port, configuration: client.configuration)
    }
    #expect(record.take() == ["claim nothing", "failed"])
  }

  @Test("is told of an application's own session: not of one that never begins, once of one that is given up")
  func attached() throws {
    let record = Record()
    let client = try observed(try Client(), by: record)
    let application = AttachTests.Application(client: client)
    let engine = try #require(client.configuration.resumption)
    let session = try RawSession(port: client.server.port)
    try application.attach(to: session, by: engine).detach()
    #expect(record.take() == ["claim nothing"])

    let silent = try SilentServer()
    let begun = try RawSession(port: silent.port, flags: UInt32(GNUTLS_NONBLOCK as Int32))
    let attachment = try application.attach(to: begun, by: engine)
    #expect(unsafe gnutls_handshake(begun.pointer) == GNUTLS_E_AGAIN)
    attachment.detach()
    attachment.detach()
    #expect(record.take() == ["claim nothing", "failed"])
  }

  @Test("is told of DTLS as such, and once, whatever is sent twice", .needs(.openssl))
  func datagrams() throws {
    let record = Record()
    let application = try DatagramApplication()
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    let engine = Resumption(
      store: application.store, masterKey: .keys(KeyRing(newest: master)),
      options: ResumptionOptions(observer: record.observe))
    let session = try application.session()
    let attachment = unsafe try engine.attach(
      to: session.pointer, identity: application.identity, verification: application.verification)
    #expect(session.handshake() == 0)
    try attachment.handshakeDone(0)
    attachment.detach()
    #expect(record.all.allSatisfy { $0.server.isDatagram })
    #expect(record.take() == ["claim nothing", "full DTLS1.2", "keep 1 of 1"])
  }
}
