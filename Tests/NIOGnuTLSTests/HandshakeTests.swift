import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOGnuTLS
import NIOPosix
import NIOSSL
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@Suite("Handshakes over NIO")
struct HandshakeTests {
  @Test("the pipeline hears of the connection, its handshake, its goodbye, and its end, each once")
  func sequence() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    try await connection.close()
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .shutdown, .inactive])
  }

  @Test("what is written before the handshake is sent after it, in order")
  func early() async throws {
    let server = try await NIOSSLServer()
    let recorder = Recorder(reaction: { event, context in
      guard event == .active else { return }
      for text in ["one ", "two "] { context.write(NIOAny(ByteBuffer(string: text)), promise: nil) }
      context.flush()
    })
    let connection = try await Client().connect(to: server.port, recorder)
    try await connection.write("three")
    try await recorder.wait { $0.text.count >= 13 }
    #expect(recorder.text == "one two three")
    try await connection.close()
  }

  @Test("TLS can be put on a connection that stands")
  func addedLater() async throws {
    let server = try await NIOSSLServer()
    let client = try Client()
    let recorder = Recorder()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: Int(server.port)).get()
    try await channel.eventLoop.submit { [configuration = client.configuration] in
      try channel.pipeline.syncOperations.addHandlers([
        GnuTLSClientHandler(configuration: configuration, serverName: "localhost"), recorder,
      ])
    }.get()
    try await channel.writeAndFlush(ByteBuffer(string: "hello"))
    try await recorder.wait { $0.text == "hello" }
    #expect(recorder.events == [.handshake(nil)])
    try await channel.close()
  }

  @Test(
    "ALPN takes what the server prefers of what is offered, if anything",
    arguments: [
      (["h2", "http/1.1"], ["http/1.1", "h2"], "http/1.1"), (["h2"], ["h2"], "h2"), ([], ["h2"], nil),
      (["h2"], [], nil),
    ] as [([String], [String], String?)])
  func alpn(offered: [String], served: [String], chosen: String?) async throws {
    let server = try await NIOSSLServer(change: { $0.applicationProtocols = served })
    var client = try Client()
    client.configuration.applicationProtocols = offered
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    #expect(connection.recorder.events == [.active, .handshake(chosen)])
    #expect(try await connection.onLoop { $0.applicationProtocol } == chosen)
    try await connection.close()
  }

  @Test("protocols that have nothing in common end the handshake")
  func noCommonProtocol() async throws {
    var script = ServerScript()
    script.versions = .tls12
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
    var client = try Client()
    client.configuration.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
    let connection = try await client.connect(to: server.port)
    #expect(try await !connection.handshake())
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.handshake), .inactive])
  }

  @Test(
    "the server is asked for a name, never for an address",
    arguments: [
      ("localhost", "localhost"), ("LOCALHOST.", "localhost"), ("127.0.0.1", nil), ("::1", nil), (nil, nil),
    ] as [(String?, String?)])
  func serverName(given: String?, sent: String?) async throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    var client = try Client()
    client.serverName = given
    let connection = try await client.connect(to: server.port)
    #expect(try await connection.handshake(), "\(connection.recorder.events)")
    #expect(server.waitForConnections(1, state: .handshaken).first?.serverName == sent)
    try await connection.close()
  }

  @Test("what can't be set up ends the connection", arguments: ["name", "priority", "protocols", "trust"])
  func unusable(part: String) async throws {
    let server = try await NIOSSLServer()
    var client = try Client()
    switch part {
    case "name": client.serverName = "local\0host"
    case "priority": client.configuration.priority = "NO-SUCH-THING"
    case "protocols": client.configuration.applicationProtocols = [""]
    default: client.configuration.verification = .engineVerifies(.file("/nonexistent"))
    }
    let connection = try await client.connect(to: server.port)
    try await connection.recorder.wait { $0.events.last == .inactive }
    let code = part == "trust" ? ConnectionError.Code.notTrusted : .configuration
    #expect(connection.recorder.events == [.active, .error(code), .inactive])
  }

  @Test("a server that says nothing is given the time limit")
  func silent() async throws {
    let server = try SilentServer()
    var client = try Client()
    client.configuration.timeoutMilliseconds = 50
    let connection = try await client.connect(to: server.port)
    await #expect(throws: (any Error).self) { try await connection.write("never") }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.timedOut), .inactive])
  }

  @Test("closing during the handshake ends the connection at once, and fails what was written")
  func closedDuring() async throws {
    let server = try SilentServer()
    let connection = try await Client().connect(to: server.port)
    let written = connection.sent(ByteBuffer(string: "never"))
    try await connection.close()
    await #expect(throws: ChannelError.ioOnClosedChannel) { try await written.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .inactive])
  }

  @Test("a server that closes during the handshake is an error, told before the end")
  func endedDuring() async throws {
    let server = try await PlainServer { channel, _ in channel.close(promise: nil) }
    let connection = try await Client().connect(to: server.port)
    let written = connection.sent(ByteBuffer(string: "never"))
    await #expect(throws: (any Error).self) { try await written.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.handshake), .inactive])
  }

  @Test("a server that ends its direction during the handshake is an error, and the connection is closed")
  func halfEndedDuring() async throws {
    let server = try await PlainServer { channel, _ in channel.close(mode: .output, promise: nil) }
    var client = try Client()
    client.bootstrap = { $0.channelOption(.allowRemoteHalfClosure, value: true) }
    let connection = try await client.connect(to: server.port)
    let closed = connection.closed(.output)
    await #expect(throws: (any Error).self) { try await closed.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .error(.handshake), .inputClosed, .inactive])
  }

  @Test("a handshake that comes byte by byte succeeds")
  func byteByByte() async throws {
    let server = try await NIOSSLServer()
    var client = try Client()
    client.bootstrap = {
      $0.channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1))
        .channelOption(.maxMessagesPerRead, value: 1)
    }
    let connection = try await client.connect(to: server.port)
    try await connection.write("hello")
    try await connection.recorder.wait { $0.text == "hello" }
    #expect(connection.recorder.text == "hello")
    try await connection.close()
  }

  @Test("an application that takes the handler away when the handshake is over is left alone")
  func removedAtHandshake() async throws {
    let server = try await NIOSSLServer()
    let recorder = Recorder(reaction: { event, context in
      guard case .handshake = event else { return }
      context.close(promise: nil)
      try? context.pipeline.syncOperations.removeHandler(
        context.pipeline.syncOperations.handler(type: GnuTLSClientHandler.self), promise: nil)
    })
    let connection = try await Client().connect(to: server.port, recorder)
    try await recorder.wait { $0.events.count >= 2 }
    #expect(recorder.events.prefix(2) == [.active, .handshake(nil)])
    try? await connection.channel.close()
  }

  @Test("the universal bootstrap can use it")
  func provider() async throws {
    let server = try await NIOSSLServer()
    let client = try Client()
    let recorder = Recorder()
    let bootstrap = NIOClientTCPBootstrap(
      ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton),
      tls: GnuTLSClientTLSProvider<ClientBootstrap>(configuration: client.configuration, serverName: "localhost"))
    let channel = try await bootstrap.enableTLS()
      .channelInitializer { $0.pipeline.addHandler(recorder) }
      .connect(host: "127.0.0.1", port: Int(server.port)).get()
    try await channel.writeAndFlush(ByteBuffer(string: "hello"))
    try await recorder.wait { $0.text == "hello" }
    #expect(recorder.text == "hello")
    try await channel.close()
  }
}
