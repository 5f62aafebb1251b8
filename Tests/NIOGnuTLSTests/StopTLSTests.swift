import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOGnuTLS
import NIOPosix
import NIOSSL
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Taking TLS from a connection over NIO")
struct StopTLSTests {
  private func stop(_ connection: Connection) async throws -> EventLoopFuture<Void> {
    try await connection.onLoop { handler in
      let promise = connection.channel.eventLoop.makePromise(of: Void.self)
      handler.stopTLS(promise: promise)
      return promise.futureResult
    }
  }

  @Test("goes on in the clear, and what comes behind the goodbye is handed on")
  func stops() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Unwrapper(), Echo()] })
    let client = try Client()
    let connection = try await client.connect(to: server.port)
    try await connection.write("secret")
    try await connection.recorder.wait { $0.text == "secret" }
    try await stop(connection).get()
    #expect(connection.recorder.events == [.active, .handshake(nil), .shutdown])
    try await connection.write(" clear")
    try await connection.recorder.wait { $0.text == "secret welcome clear" }
    #expect(connection.recorder.text == "secret welcome clear")
    let handlers = try await connection.onLoop { _ in
      (try? connection.channel.pipeline.syncOperations.handler(type: GnuTLSClientHandler.self)) != nil
    }
    #expect(!handlers)
    try await connection.close()
    // The tickets have been stored.
    #expect(try await client.exchange(with: server.port).isResumed)
  }

  @Test("all who stop it hear of the end, and after it too")
  func manyStops() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Unwrapper(), Echo()] })
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let stops = try await connection.onLoop { handler in
      (0..<2).map { _ in
        let promise = connection.channel.eventLoop.makePromise(of: Void.self)
        handler.stopTLS(promise: promise)
        return promise.futureResult
      }
    }
    for stop in stops { try await stop.get() }
    await #expect(throws: ConnectionError.self) { try await stop(connection).get() }
    try await connection.close()
  }

  @Test("during the handshake it waits for its end")
  func duringHandshake() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Unwrapper(), Echo()] })
    let connection = try await Client().connect(to: server.port)
    try await stop(connection).get()
    #expect(connection.recorder.events.last == .shutdown)
    try await connection.close()
  }

  @Test("before there is a connection, the handler is just removed")
  func idle() async throws {
    let server = try await PlainServer { channel, bytes in channel.writeAndFlush(bytes, promise: nil) }
    let recorder = Recorder()
    let configuration = try Client().configuration
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let tls = GnuTLSClientHandler(configuration: configuration, serverName: "localhost")
          try channel.pipeline.syncOperations.addHandlers([tls, recorder])
          tls.stopTLS(promise: nil)
        }
      }
      .connect(host: "127.0.0.1", port: Int(server.port)).get()
    try await channel.writeAndFlush(ByteBuffer(string: "clear"))
    try await recorder.wait { $0.text == "clear" }
    #expect(recorder.text == "clear")
    try await channel.close()
  }

  @Test("closing while it is being stopped closes, and fails the stop")
  func closedMeanwhile() async throws {
    let server = try await NIOSSLServer(handlers: { [Echo()] })
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let (stopped, closed) = try await connection.onLoop { handler in
      let promise = connection.channel.eventLoop.makePromise(of: Void.self)
      handler.stopTLS(promise: promise)
      return (promise.futureResult, connection.channel.close())
    }
    try await closed.get()
    await #expect(throws: (any Error).self) { try await stopped.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events.last == .inactive)
    await #expect(throws: (any Error).self) { try await stop(connection).get() }
  }

  /// Never says goodbye.
  private func impoliteServer() throws -> TLSServer {
    var script = ServerScript()
    script.ending = Ending(.afterClient, closeNotify: .withheld)
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("a peer that doesn't answer is given the limit: the handler goes, the connection stays")
  func timeout() async throws {
    let server = try impoliteServer()
    var client = try Client()
    client.closeTimeout = .milliseconds(50)
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    await #expect(throws: ConnectionError.self) { try await stop(connection).get() }
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.timedOut)])
    #expect(connection.channel.isActive)
    try await connection.close()
  }

  @Test("an end of the connection while it is being stopped is an error")
  func endedMeanwhile() async throws {
    let server = try impoliteServer()
    var client = try Client()
    client.closeTimeout = .minutes(1)
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    let stopped = try await stop(connection)
    server.restart()
    await #expect(throws: ConnectionError.self) { try await stopped.get() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.truncated), .inactive])
  }

  @Test("what wasn't flushed fails")
  func pendingFail() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Unwrapper(), Echo()] })
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let written = connection.written("never")
    try await stop(connection).get()
    await #expect(throws: (any Error).self) { try await written.get() }
    try await connection.close()
  }
}

/// Keeps NIOSSL from closing at a goodbye: takes TLS away as well, and says something in the clear.
final class Unwrapper: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event,
      let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
    else { return context.fireUserInboundEventTriggered(event) }
    let promise = context.eventLoop.makePromise(of: Void.self)
    let channel = context.channel
    promise.futureResult.whenSuccess { channel.writeAndFlush(ByteBuffer(string: " welcome"), promise: nil) }
    tls.stopTLS(promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
