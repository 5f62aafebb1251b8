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
    let file = try tool.folder.write("gnutls.conf", "[overrides]\ntls-disabled-cipher = aes-256-gcm\n")
    let reports = try (0..<2).map { _ in
      try tool.connect(server.port, environment: ["GNUTLS_SYSTEM_PRIORITY_FILE": file])
    }
    #expect(reports.map(\.reason) == ["retried", nil])
    #expect(!reports.contains { $0.cipherSuite == "TLS_AES_256_GCM_SHA384" })
    let seen = server.waitForConnections(4)
    #expect(seen.map { $0.handshakeError == 0 } == [true, false, true, true])
    #expect(seen.map { $0.clientHello?.pskIdentities.count } == [0, 1, 0, 1])
    #expect(seen.map(\.isResumed) == [false, false, false, true])
  }
}
