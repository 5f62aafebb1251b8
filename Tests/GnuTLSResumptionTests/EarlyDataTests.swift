import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Early data are answered")
struct EarlyDataTests {
  private let count = EarlyClient.request.utf8.count

  @Test("with the first flight from the second connection on, and once")
  func accepted() throws {
    let client = try EarlyClient()
    #expect(try client.exchange().earlyData == .notOffered(.noTicket))
    #expect(try client.seen(1).earlyDataReceived == 0)
    for number in 2...5 {
      let outcome = try client.exchange()
      #expect(outcome.isResumed && outcome.earlyData == .accepted)
      let seen = try client.seen(number)
      #expect(seen.acceptedEarlyData && seen.earlyDataReceived == count && seen.bytesReceived == count)
    }
    #expect(try client.client.exchange().earlyData == nil)
    #expect(try client.seen(6).clientHello?.offersEarlyData == false)
  }

  @Test("without bytes it is the plain connect")
  func none() throws {
    let client = try EarlyClient()
    try client.exchange()
    let outcome = try client.exchange("")
    #expect(outcome.isResumed && outcome.earlyData == nil)
    #expect(try client.seen(2).clientHello?.offersEarlyData == false)
    // Its tickets carry early data all the same.
    #expect(try client.exchange().earlyData == .accepted)
  }

  @Test("by a server that rejects them: after the handshake, once")
  func rejected() throws {
    let client = try EarlyClient()
    try client.exchange()
    client.client.server.update { $0.earlyData = .refused }
    let outcome = try client.exchange()
    #expect(outcome.isResumed && outcome.earlyData == .rejected)
    let seen = try client.seen(2)
    #expect(seen.clientHello?.offersEarlyData == true && seen.earlyDataReceived == 0 && seen.bytesReceived == count)
  }

  @Test("by one that has lost its keys: after a full handshake")
  func declined() throws {
    let client = try EarlyClient()
    try client.exchange()
    client.client.server.restart(withFreshKeys: true)
    let outcome = try client.exchange()
    #expect(outcome.reason == .declined && outcome.earlyData == .rejected)
    #expect(try client.seen(2).bytesReceived == count)
  }

  @Test("as many as the ticket allows, and of more none go early")
  func limit() throws {
    let client = try EarlyClient { $0.maxEarlyData = 200_000 }
    try client.exchange()
    #expect(try client.exchange(String(repeating: "x", count: 200_000)).earlyData == .accepted)
    #expect(try client.seen(2).earlyDataReceived == 200_000)
    #expect(try client.exchange(String(repeating: "x", count: 200_001)).earlyData == .notOffered(.tooLarge))
    let seen = try client.seen(3)
    #expect(seen.clientHello?.offersEarlyData == false && seen.bytesReceived == 200_001)
  }

  @Test("after a HelloRetryRequest on another connection; from then on none are sent, as the group isn't certain")
  func helloRetryRequest() throws {
    let client = try EarlyClient()
    try client.exchange()
    client.client.server.update { $0.groups = ["SECP384R1"] }
    let outcome = try client.exchange()
    #expect(outcome.reason == .retried && outcome.earlyData == .repeated)
    let seen = client.client.server.waitForConnections(3)
    #expect(seen.map(\.clientHellos.count) == [1, seen.map(\.clientHellos.count)[1], 2])
    #expect(seen.map { $0.clientHello?.offersEarlyData } == [false, true, false])
    #expect(seen.last?.bytesReceived == count)
    let next = try client.exchange()
    #expect(next.isResumed && next.earlyData == .notOffered(.group))
  }

  @Test(
    "where a handshake with them breaks: on another connection; then there are none for a day, but offers",
    arguments: [HandshakeFailure.Action.close, .reset, .alert(80), .silence])
  func broken(action: HandshakeFailure.Action) throws {
    let client = try EarlyClient()
    try client.exchange()
    client.client.server.update {
      $0.failure = HandshakeFailure(.before, .serverHello, action: action)
      $0.failure?.onlyWhenResuming = true
    }
    let outcome = try client.exchange()
    #expect(outcome.reason == .retried && outcome.earlyData == .repeated)
    client.client.server.update { $0.failure = nil }
    let next = try client.exchange()
    #expect(next.isResumed && next.earlyData == .notOffered(.resting))
    #expect(try client.seen(4).clientHello?.offersEarlyData == false)
    client.client.clock.advance(seconds: 86_401)
    try client.exchange()
    #expect(try client.exchange().earlyData == .accepted)
  }

  @Test("by a server that has gone back to TLS 1.2, on another connection")
  func tls12() throws {
    let client = try EarlyClient()
    try client.exchange()
    client.client.server.update { $0.versions = .tls12 }
    #expect(try client.exchange().earlyData == .repeated)
    #expect(try client.seen(3).version == "TLS1.2")
    #expect(try client.exchange().earlyData == .notOffered(.oldVersion))
  }

  @Test("by a server that takes them under another protocol than they were written for, on another connection")
  func anotherProtocol() throws {
    var client = try EarlyClient { $0.alpn = ["one"] }
    client.client.configuration.applicationProtocols = ["one", "other"]
    try client.exchange()
    #expect(try client.exchange().earlyData == .accepted)
    client.client.server.update { $0.alpn = ["other"] }
    #expect(try client.exchange().earlyData == .repeated)
    let seen = client.client.server.waitForConnections(4)
    #expect(seen.map(\.alpn) == ["one", "one", "other", "other"])
    #expect(seen.map(\.acceptedEarlyData) == [false, true, true, false])
  }

  @Test("where the caller's time is up before the server answers, nothing is tried again")
  func noTimeLeft() throws {
    var client = try EarlyClient()
    try client.exchange()
    client.client.server.update {
      $0.failure = HandshakeFailure(.before, .serverHello, action: .silence)
    }
    client.client.configuration.timeoutMilliseconds = 300
    #expect(throws: ConnectionError(.timedOut, "")) { try client.exchange() }
  }
}
