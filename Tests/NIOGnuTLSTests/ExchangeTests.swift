import GnuTLSResumption
import NIOCore
import ScriptableTLSServer
import TestPeers
import Testing

/// Against NIOSSL's server, and our own.
@Suite("Exchanges over NIO")
struct ExchangeTests {
  @Test("echoes through NIOSSL's server, and resumes")
  func echo() async throws {
    let server = try await NIOSSLServer()
    let client = try Client()
    let first = try await client.exchange(with: server.port)
    #expect(first.reason == .noTicket)
    #expect(first.ticketsStored > 0, "\(first)")
    #expect(try await client.exchange(with: server.port).isResumed)
  }

  @Test("resumes at our own server", arguments: [ServerScript.Versions.tls13, .tls12])
  func resumes(versions: ServerScript.Versions) async throws {
    var script = ServerScript()
    script.versions = versions
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
    var client = try Client()
    if versions == .tls12 { client.configuration.priority = "NORMAL:-VERS-TLS1.3" }
    #expect(try await client.exchange(with: server.port).reason == .noTicket)
    for _ in 0..<3 { #expect(try await client.exchange(with: server.port).isResumed) }
    let seen = server.waitForConnections(4)
    #expect(seen.map { $0.isResumed } == [false, true, true, true])
  }
}
