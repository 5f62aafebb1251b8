import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A forecast says what the connection made right after it does: in random stores, with random options.
///
/// Set `GNUTLS_RESUMPTION_FORECASTS=2000` for more cases than the ordinary suite has.
@Suite("Forecasts")
struct ForecastTests {
  private static let cases =
    ProcessInfo.processInfo.environment["GNUTLS_RESUMPTION_FORECASTS"].flatMap(Int.init) ?? 300

  @Test("say what the next connection does, and leave everything as it is")
  func foretold() throws {
    var seen: [String: Int] = [:]
    for number in 0..<Self.cases {
      var trial = try ForecastTrial(seed: UInt64(number))
      seen[try trial.run("case \(number)"), default: 0] += 1
    }
    // For whoever asks for more.
    if Self.cases > 300 {
      print("forecasts: \(seen.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
    }
    // Random cases that are all alike would show nothing.
    #expect(seen["resumed", default: 0] >= Self.cases / 10)
    for reason in ["noTicket", "policyChanged", "trustChanged", "expired", "disabled"] {
      #expect(seen[reason, default: 0] >= 1, "\(reason): \(seen)")
    }
  }

  @Test("tell what is kept, and by which fields it differs")
  func kept() throws {
    let client = try Client()
    try client.visit()
    var other = try client.anew()
    other.configuration.applicationProtocols = ["h2"]
    other.configuration.priority = "NORMAL"
    other.policy.pins = Set([PublicKeyPin(Array(0..<32))].compactMap(\.self))
    let forecast = try other.forecast()
    #expect(forecast.reason == .policyChanged && forecast.offer == nil)
    #expect(forecast.kept.map(\.differences) == [[.pins, .alpn, .priority]])
    #expect(forecast.kept.first?.records.count == 2)
    other.configuration.verification = .insecure
    other.configuration.partition = "mine"
    #expect(try other.forecast().kept.map(\.differences) == [[.verification, .alpn, .priority, .partition]])
    // Its own first.
    let own = try client.anew().forecast()
    let ticket = try #require(own.offer)
    #expect(own.reason == nil && own.kept.first?.differences == [] && ticket.verdictStands == true)
    #expect(ticket.verdictEnd.map { abs($0 - client.clock.now.seconds - 86_400) <= 60 } == true)
    #expect(ticket.expiry - ticket.issued == 21_600)
  }

  @Test("tell until when offers rest, and of contacts without tickets")
  func rest() throws {
    let client = try Client()
    for _ in 0..<2 {
      client.server.update { $0.failure = nil }
      try client.visit()
      client.server.update { $0.failure = HandshakeFailure(.before, .serverHello, onlyWhenResuming: true) }
      try client.visit()
    }
    let rest = try #require(try client.forecast().rest)
    #expect(!rest.isSuspicion && abs(rest.until - client.clock.now.seconds - 3_600) <= 60)
    #expect(try client.forecast().reason == .withheld)
    let silent = try Client()
    silent.server.update { $0.tickets.count = 0 }
    for _ in 0..<2 { try silent.visit() }
    #expect(try silent.forecast().contactsWithoutTickets == 2)
  }

  @Test("throw what a connection would throw before it connects")
  func thrown() throws {
    var client = try Client()
    client.policy = .file("/nowhere/ca.pem")
    #expect { try client.forecast() } throws: { ($0 as? ConnectionError)?.code == .notTrusted }
    client = try Client()
    client.configuration.priority = "NONSENSE"
    #expect { try client.forecast() } throws: { ($0 as? ConnectionError)?.code == .configuration }
    #expect(client.server.connections.isEmpty)
  }
}

extension Client {
  func forecast() throws -> Forecast {
    try TLSConnection.forecast(to: "127.0.0.1", port: server.port, configuration: configuration)
  }
}
