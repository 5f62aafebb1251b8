import GnuTLSResumption
import ScriptableTLSServer
import ServerProbe
import TestPeers
import Testing

/// Servers of which nothing can be found out.
struct FailureTests {
  private func failure(
    _ port: UInt16, _ configuration: TLSConfiguration = Probing.configuration, milliseconds: Double = 30_000
  ) -> ConnectionError? {
    #expect(throws: ConnectionError.self) {
      try Probing.run(port, configuration) { $0.timeoutMilliseconds = milliseconds }
    }
  }

  @Test("who isn't trusted is offered nothing, and nothing is told of")
  func untrusted() throws {
    let server = try Probing.server()
    var configuration = Probing.configuration
    configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    #expect(failure(server.port, configuration)?.code == .notTrusted)
    #expect(server.waitForConnections(1).count == 1)
    configuration.verification = .insecure
    #expect(try Probing.run(server.port, configuration).resumes == .yes)
  }

  @Test("a client's certificate isn't shown to who isn't trusted")
  func clientCertificate() throws {
    let server = try Probing.server { $0.clientCertificate = .requested }
    var configuration = Probing.configuration
    configuration.clientCertificate = PEMKeyPair(
      certificate: Fixture.ecdsa.clientCertificate, key: Fixture.ecdsa.clientKey)
    #expect(try Probing.run(server.port, configuration).resumes == .yes)
    let count = server.connections.count
    #expect(server.waitForConnections(count).first?.clientCertificate != nil)
    configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    #expect(failure(server.port, configuration)?.code == .notTrusted)
    #expect(server.waitForConnections(count + 1).last?.clientCertificate == nil)
  }

  @Test("nobody listens, nobody answers, or what answers isn't TLS")
  func unreachable() throws {
    #expect(failure(try FreePort.find())?.code == .notConnected)
    let silent = try SilentServer()
    #expect(failure(silent.port, milliseconds: 300)?.code == .timedOut)
    let unreachable = try UnreachableServer()
    #expect(failure(unreachable.port, milliseconds: 300)?.code == .timedOut)
    let other = try ScriptedServer(.answering("HTTP/1.1 400 Bad Request\r\n\r\n"))
    defer { other.stop() }
    #expect(failure(other.port)?.code == .handshake)
    let trickling = try ScriptedServer(.trickling("\u{16}\u{3}\u{3}" + String(repeating: "\0", count: 5_000), 20))
    defer { trickling.stop() }
    #expect(failure(trickling.port, milliseconds: 600).map { $0.code == .timedOut || $0.code == .handshake } == true)
  }

  @Test(
    "a server that never closes, and sends without end, costs no more than the time given", arguments: [false, true])
  func endless(sends: Bool) throws {
    let server = try Probing.server {
      $0.ending = Ending(.afterClient, closeNotify: .withheld)
      if sends { $0.behaviour = .payload(4_000_000) }
    }
    let start = ContinuousClock.now
    let findings = try Probing.run(server.port) {
      $0.timeoutMilliseconds = 3_000
      if sends { $0.message = Array("go\n".utf8) }
    }
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(findings.tls13?.ticketsPerFull == 2)
  }
}
