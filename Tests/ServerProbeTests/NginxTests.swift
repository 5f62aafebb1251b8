import ServerProbe
import TestPeers
import Testing

@Suite("A probe of nginx says what it was told to do", .needs(.nginx))
struct NginxTests {
  private func findings(_ change: (inout NginxServer.Options) -> Void) throws -> ProbeFindings {
    var options = NginxServer.Options()
    change(&options)
    let server = try NginxServer(options)
    defer { server.stop() }
    let findings = try Probing.run(server.port)
    #expect(findings.failures.isEmpty && findings.versions == ["TLS1.3", "TLS1.2"])
    return findings
  }

  @Test("ssl_session_tickets and ssl_session_cache", arguments: [true, false], [true, false])
  func sessions(tickets: Bool, cache: Bool) throws {
    let findings = try findings {
      $0.tickets = tickets
      $0.sessionCache = cache
    }
    #expect(findings.tls12?.tickets == (tickets ? .resumed : .notGiven))
    #expect(findings.tls12?.sessionIDs == (cache ? .resumed : .notGiven))
    // Of TLS 1.3 there are tickets without a key too: numbers of what the cache holds, if there is one.
    #expect(findings.resumes == (tickets || cache ? .yes : .no))
    #expect(findings.reason == (tickets || cache ? nil : .declined))
  }

  @Test("ssl_early_data", arguments: [true, false])
  func earlyData(isOn: Bool) throws {
    let findings = try findings { $0.earlyData = isOn }
    #expect(findings.tls13?.earlyDataLimit == (isOn ? 16_384 : 0))
  }
}
