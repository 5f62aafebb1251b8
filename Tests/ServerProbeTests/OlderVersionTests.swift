import ScriptableTLSServer
import ServerProbe
import TestPeers
import Testing

/// TLS 1.2, which has two ways to resume.
struct OlderVersionTests {
  @Test(
    "session tickets, session ids, or neither",
    arguments: [ServerScript.TLS12Resumption.tickets, .sessionIDs, .none], [true, false])
  func ways(way: ServerScript.TLS12Resumption, isNewest: Bool) throws {
    let server = try Probing.server {
      $0.tls12Resumption = way
      if isNewest { $0.versions = .tls12 }
    }
    let findings = try Probing.run(server.port)
    let tls12 = try #require(findings.tls12)
    #expect(tls12.tickets == (way == .tickets ? .resumed : .notGiven))
    // GnuTLS gives an id whatever it keeps.
    #expect(tls12.sessionIDs == (way == .sessionIDs ? .resumed : .declined))
    #expect(!isNewest || findings.resumes == (way == .none ? .no : .yes))
    #expect(findings.failures.isEmpty && findings.connections <= 10)
  }

  @Test(
    "without extended master secret nothing is offered",
    arguments: [ServerScript.TLS12Resumption.tickets, .sessionIDs])
  func extendedMasterSecret(way: ServerScript.TLS12Resumption) throws {
    let server = try Probing.server {
      $0.versions = .tls12
      $0.extendedMasterSecret = false
      $0.tls12Resumption = way
    }
    let findings = try Probing.run(server.port)
    #expect(findings.tls12?.hasExtendedMasterSecret == false)
    #expect(findings.resumes == .no && findings.reason == .withoutExtendedMasterSecret)
    #expect(server.connections.allSatisfy { $0.clientHello?.tls12Ticket?.isEmpty != false && !$0.isResumed })
  }

  @Test("what the user's priorities forbid isn't tried")
  func forbidden() throws {
    let server = try Probing.server()
    var configuration = Probing.configuration
    configuration.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
    let findings = try Probing.run(server.port, configuration)
    #expect(findings.versions == ["TLS1.3"] && findings.tls12 == nil && findings.failures.isEmpty)
    #expect(server.connections.allSatisfy { $0.clientHello?.supportedVersions == [0x0304] })
  }
}
