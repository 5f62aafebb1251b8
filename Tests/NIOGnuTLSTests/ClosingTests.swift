import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Closing over NIO")
struct ClosingTests {
  private func server(_ ending: Ending, _ behaviour: Behaviour = .echo) throws -> TLSServer {
    var script = ServerScript()
    script.ending = ending
    script.behaviour = behaviour
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("the peer's goodbye is answered, and ends the connection", arguments: [false, true])
  func peerSaysGoodbye(writes: Bool) async throws {
    let server = try server(Ending(writes ? .afterReply : .afterHandshake))
    let connection = try await Client().connect(to: server.port)
    if writes { try await connection.write("hello") }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .shutdown, .inactive])
    #expect(connection.recorder.text == (writes ? "hello" : ""))
    #expect(server.waitForConnections(1).first?.clientSentCloseNotify == true)
  }

  @Test("an end without a goodbye is an error: data may be missing")
  func truncated() async throws {
    let server = try server(Ending(.afterReply, closeNotify: .omitted))
    let connection = try await Client().connect(to: server.port)
    try await connection.write("hello")
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.truncated), .inactive])
    #expect(connection.recorder.text == "hello")
  }

  @Test("an end of the peer's direction without a goodbye is an error, and leaves the other one")
  func halfTruncated() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Silence()] })
    var client = try Client()
    client.bootstrap = { $0.channelOption(.allowRemoteHalfClosure, value: true) }
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    // Past TLS.
    let peer = try #require(server.connections.first)
    try await peer.eventLoop.submit {
      try peer.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self).close(mode: .output, promise: nil)
    }.get()
    try await connection.recorder.wait { $0.events.count >= 4 }
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.truncated), .inputClosed])
    #expect(connection.channel.isActive)
    try await connection.write("still there")
    try await connection.close()
  }

  @Test("a peer that closes without a goodbye while the owner closes is none")
  func truncatedWhileClosing() async throws {
    let server = try server(Ending(.afterClient, closeNotify: .omitted))
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    try await connection.close()
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .inactive])
  }

  @Test("a goodbye that doesn't come is awaited no longer than the limit, and closing succeeds")
  func timeout() async throws {
    let server = try server(Ending(.afterClient, closeNotify: .withheld))
    var client = try Client()
    client.closeTimeout = .milliseconds(50)
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    try await connection.close()
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .inactive])
  }

  @Test("all who close hear of the end")
  func manyCloses() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let closes = try await connection.onLoop { _ in (0..<100).map { _ in connection.closed() } }
    for close in closes { try await close.get() }
    await #expect(throws: ChannelError.alreadyClosed) { try await connection.close() }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .shutdown, .inactive])
  }

  @Test("closing at once ends all promises")
  func atOnce() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    let written = connection.written("never")
    try await connection.close()
    await #expect(throws: (any Error).self) { try await written.get() }
  }

  @Test("what wasn't flushed fails when the owner closes, and what is written then")
  func pendingFail() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let (first, closed, second) = try await connection.onLoop { [channel = connection.channel] _ in
      let first = channel.write(ByteBuffer(string: "never"))
      let closed = channel.close()
      return (first, closed, channel.writeAndFlush(ByteBuffer(string: "never")))
    }
    await #expect(throws: ChannelError.ioOnClosedChannel) { try await first.get() }
    await #expect(throws: ChannelError.outputClosed) { try await second.get() }
    try await closed.get()
  }

  @Test("what was flushed before closing is sent, to the last byte")
  func flushedBeforeClosing() async throws {
    let server = try server(Ending(), .discard)
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let count = 3 * 1024 * 1024 + 1
    let written = connection.sent(ByteBuffer(repeating: 7, count: count))
    try await connection.close()
    try await written.get()
    let seen = server.waitForConnections(1).first
    #expect(seen?.bytesReceived == count)
    #expect(seen?.clientSentCloseNotify == true)
  }

  @Test("closing the output sends what was flushed, and a goodbye; the answer still comes")
  func closesOutput() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [AnswerAtEnd()] })
    let connection = try await Client().connect(to: server.port)
    let written = connection.sent(ByteBuffer(string: "question"))
    try await connection.channel.close(mode: .output)
    try await written.get()
    await #expect(throws: ChannelError.self) { try await connection.write("too late") }
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.text == "question")
    #expect(connection.recorder.events == [.active, .handshake(nil), .shutdown, .inactive])
  }

  @Test("with half-closure, the peer's goodbye leaves our direction, until that is closed too")
  func halfClosure() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [Silence()] })
    var client = try Client()
    client.bootstrap = { $0.channelOption(.allowRemoteHalfClosure, value: true) }
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    try await server.connections.first?.close(mode: .output)
    try await connection.recorder.wait { $0.events.last == .inputClosed }
    #expect(connection.recorder.events == [.active, .handshake(nil), .inputClosed])
    try await connection.write("still there")
    try await connection.channel.close(mode: .output)
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .inputClosed, .inactive])
  }

  @Test("the output is closed once, however often that is asked for")
  func manyOutputs() async throws {
    let server = try await NIOSSLServer(allowsHalfClosure: true, handlers: { [AnswerAtEnd()] })
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let (first, second) = try await connection.onLoop { _ in (connection.closed(.output), connection.closed(.output)) }
    try await first.get()
    await #expect(throws: ChannelError.outputClosed) { try await second.get() }
    try? await connection.close()
  }

  @Test("closing the input alone isn't supported")
  func closesInput() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    await #expect(throws: ChannelError.operationUnsupported) { try await connection.closed(.input).get() }
    try await connection.close()
  }

  @Test("gibberish is an error that ends the connection, while closing too", arguments: [false, true])
  func gibberish(whileClosing: Bool) async throws {
    let server = try await NIOSSLServer(handlers: { [Silence()] })
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let peer = try #require(server.connections.first)
    let closed = try await peer.eventLoop.submit { () -> EventLoopFuture<Void>? in
      let tls = try peer.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
      // Past TLS, and before the goodbye with which it would answer ours.
      let closed = whileClosing ? connection.closing() : nil
      tls.writeAndFlush(NIOAny(ByteBuffer(repeating: 0x55, count: 64)), promise: nil)
      return closed
    }.get()
    try await closed?.get()
    try await connection.recorder.wait { $0.events.last == .inactive }
    #expect(connection.recorder.events == [.active, .handshake(nil), .error(.broken), .inactive])
  }

  @Test("whoever flushes or closes from within an error or an end is heard, and nothing spins")
  func reentrant() async throws {
    for ending in [Ending(.afterReply, closeNotify: .omitted), Ending(.afterReply)] {
      let server = try server(ending)
      let recorder = Recorder(reaction: { _, context in
        context.writeAndFlush(NIOAny(ByteBuffer(string: "x")), promise: nil)
        context.flush()
        if context.channel.isActive { context.read() }
      })
      let connection = try await Client().connect(to: server.port, recorder)
      try await recorder.wait { $0.events.last == .inactive }
      #expect(recorder.events.last == .inactive)
      try? await connection.close()
    }
  }

  @Test("a failed write's promise may write again")
  func writesFromFailure() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let channel = connection.channel
    let again = channel.eventLoop.makePromise(of: Void.self)
    try await connection.onLoop { _ in
      channel.write(ByteBuffer(string: "never")).whenFailure { _ in
        channel.writeAndFlush(ByteBuffer(string: "never"), promise: again)
      }
      channel.close(promise: nil)
    }
    await #expect(throws: ChannelError.outputClosed) { try await again.futureResult.get() }
  }
}

/// Answers with what has come once the client has said that it is all.
final class AnswerAtEnd: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  private let bytes = NIOLockedValueBox(ByteBuffer())

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes.withLockedValue { _ = $0.writeImmutableBuffer(unwrapInboundIn(data)) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return }
    context.writeAndFlush(NIOAny(bytes.withLockedValue { $0 }), promise: nil)
    context.close(promise: nil)
  }
}
