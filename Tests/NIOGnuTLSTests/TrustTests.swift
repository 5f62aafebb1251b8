import Glibc
import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Trust over NIO")
struct TrustTests {
  private func refused(_ client: Client, _ port: UInt16) async throws {
    let connection = try await client.connect(to: port)
    let written = connection.sent(ByteBuffer(string: "secret"))
    await #expect(throws: (any Error).self) { try await written.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.notTrusted), .inactive])
  }

  @Test("a certificate for another name is refused, and nothing is sent")
  func otherName() async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    var client = try Client()
    client.serverName = "other.example"
    try await refused(client, server.port)
    #expect(server.waitForConnections(1).first?.received == [])
  }

  @Test("another authority's certificate is refused")
  func otherAuthority() async throws {
    let server = try await NIOSSLServer()
    var client = try Client()
    client.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    try await refused(client, server.port)
  }

  @Test("a resumption under trust that has changed isn't trusted more than a full handshake")
  func changedTrust() async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    var client = try Client()
    try await client.exchange(with: server.port)
    client.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    try await refused(client, server.port)
    client.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.root))
    #expect(try await client.exchange(with: server.port).isResumed)
  }

  @Test("the application verifies after every handshake, resumed or not, and off the event loop")
  func applicationVerifies() async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    var client = try Client()
    let answers = NIOLockedValueBox([true, true, false])
    let onLoop = NIOLockedValueBox(false)
    unsafe client.configuration.verification = .applicationVerifies { _ in
      if MultiThreadedEventLoopGroup.currentEventLoop != nil { onLoop.withLockedValue { $0 = true } }
      return answers.withLockedValue { $0.removeFirst() }
    }
    #expect(try await client.exchange(with: server.port).reason == .noTicket)
    #expect(try await client.exchange(with: server.port).isResumed)
    try await refused(client, server.port)
    #expect(server.waitForConnections(3).map { $0.isResumed } == [false, true, true])
    #expect(!onLoop.withLockedValue { $0 })
    // The tickets of a peer that isn't trusted are gone.
    answers.withLockedValue { $0 = [true] }
    #expect(try await client.exchange(with: server.port).reason == .noTicket)
  }

  @Test("while a verification takes its time nothing is sent, and closing doesn't wait for it")
  func slowVerification() async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    var client = try Client()
    let begun = NIOLockedValueBox(false)
    let mayEnd = NIOLockedValueBox(false)
    unsafe client.configuration.verification = .applicationVerifies { _ in
      begun.withLockedValue { $0 = true }
      while !mayEnd.withLockedValue({ $0 }) { usleep(1_000) }
      return true
    }
    let connection = try await client.connect(to: server.port)
    let written = connection.sent(ByteBuffer(string: "secret"))
    try await connection.recorder.wait { _ in begun.withLockedValue { $0 } }
    try await connection.close()
    await #expect(throws: ChannelError.ioOnClosedChannel) { try await written.get() }
    mayEnd.withLockedValue { $0 = true }
    #expect(server.waitForConnections(1).first?.received == [])
    #expect(connection.recorder.events == [.active, .inactive])
  }

  @Test("the peer's certificates can be looked at, after a resumption too")
  func certificates() async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    let client = try Client()
    var seen: [[[UInt8]]?] = []
    for _ in 0..<2 {
      let connection = try await client.connect(to: server.port)
      try await connection.write("hello\n")
      try await connection.recorder.wait { $0.byteCount > 0 }
      seen.append(try await connection.onLoop { $0.peerCertificates })
      #expect(try await connection.onLoop { $0.protocolName } == "TLS1.3")
      try await connection.close()
    }
    #expect(seen.first??.count == 2)
    #expect(seen.first == seen.last)
  }

  @Test("a client's certificate is shown to whoever asks, and not to whom nobody trusts")
  func clientCertificate() async throws {
    var script = ServerScript()
    script.clientCertificate = .required
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
    var client = try Client()
    client.configuration.clientCertificate = PEMKeyPair(
      certificate: Fixture.ecdsa.clientCertificate, key: Fixture.ecdsa.clientKey)
    try await client.exchange(with: server.port)
    #expect(server.waitForConnections(1).first?.clientCertificate != nil)
    client.configuration.verification = .engineVerifies(.file(Fixture.ecdsa.otherRoot))
    try await refused(client, server.port)
    #expect(server.waitForConnections(2).last?.clientCertificate == nil)
  }

  @Test("a client without the certificate that the server requires hears so")
  func missingCertificate() async throws {
    let server = try await NIOSSLServer(change: {
      $0.certificateVerification = .noHostnameVerification
      $0.trustRoots = .file(Fixture.ecdsa.root)
    })
    let connection = try await Client().connect(to: server.port)
    try await connection.recorder.wait { $0.events.last == .inactive }
    // Under TLS 1.3 the alert comes after the handshake.
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.broken), .inactive])
  }
}
