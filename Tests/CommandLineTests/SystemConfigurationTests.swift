import ScriptableTLSServer
import TestPeers
import Testing

/// GnuTLS's system-wide configuration changes between two runs: nothing that the identity of a connection knows of.
struct SystemConfigurationTests {
  @Test("A cipher that the system has forbidden since: connected on the second try, with another; then resumed")
  func forbiddenCipher() throws {
    let tool = try Tool()
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    #expect(try tool.connect(server.port).cipherSuite == "TLS_AES_256_GCM_SHA384")
    let configuration = ConfigurationLink(in: tool.folder)
    try configuration.set("no-aes-256-gcm")
    let reports = try (0..<2).map { _ in try tool.connect(server.port, environment: configuration.environment) }
    #expect(reports.map(\.reason) == ["retried", nil])
    #expect(!reports.contains { $0.cipherSuite == "TLS_AES_256_GCM_SHA384" })
    let seen = server.waitForConnections(4)
    #expect(seen.map { $0.handshakeError == 0 } == [true, false, true, true])
    #expect(seen.map { $0.clientHello?.pskIdentities.count } == [0, 1, 0, 1])
    #expect(seen.map(\.isResumed) == [false, false, false, true])
  }

  @Test(
    "A TLS 1.2 session with such a cipher is not offered: GnuTLS would resume it all the same",
    arguments: [ServerScript.TLS12Resumption.tickets, .sessionIDs], [[], ["--insecure"]])
  func forbiddenCipherTLS12(resumption: ServerScript.TLS12Resumption, more: [String]) throws {
    var tool = try Tool()
    if !more.isEmpty { tool.trust = .insecure }
    var script = ServerScript()
    script.versions = .tls12
    script.tls12Resumption = resumption
    let server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
    // GnuTLS's clients offer TLS 1.3 with a session id of their own, which hides a session's.
    let priority = ["--priority", "NORMAL:-VERS-TLS1.3"]
    #expect(try tool.connect(server.port, priority).cipherSuite == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
    #expect(try tool.connect(server.port, priority).handshake == "resumed")
    let configuration = ConfigurationLink(in: tool.folder)
    try configuration.set("no-aes-256-gcm")
    let reports = try (0..<2).map { _ in
      try tool.connect(server.port, priority, environment: configuration.environment)
    }
    #expect(reports.map(\.reason) == ["policyChanged", nil])
    #expect(!reports.contains { $0.cipherSuite == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" })
    #expect(server.waitForConnections(4).map(\.isResumed) == [false, true, false, true])
  }
}
