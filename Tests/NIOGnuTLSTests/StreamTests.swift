import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Streams over NIO")
struct StreamTests {
  private func server(_ behaviour: Behaviour) throws -> TLSServer {
    var script = ServerScript()
    script.behaviour = behaviour
    return try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
  }

  @Test("long data go there and back whole", arguments: [16_384, 16_385, 5 * 1024 * 1024 + 3])
  func long(count: Int) async throws {
    let server = try await NIOSSLServer()
    let received = NIOLockedValueBox(ByteBuffer())
    let recorder = Recorder(
      keepsData: false, onData: { bytes, _ in received.withLockedValue { _ = $0.writeImmutableBuffer(bytes) } })
    let connection = try await Client().connect(to: server.port, recorder)
    var bytes = ByteBuffer()
    for number in 0..<(count / 8 + 1) { bytes.writeInteger(UInt64(number)) }
    bytes = try #require(bytes.getSlice(at: 0, length: count))
    try await connection.sent(bytes).get()
    try await recorder.wait { $0.byteCount >= count || $0.error != nil }
    #expect(received.withLockedValue { $0 } == bytes)
    try await connection.close()
  }

  @Test("the promises of writes are kept in their order, empty ones' too")
  func promises() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    let order = NIOLockedValueBox<[Int]>([])
    let sizes = [0, 5, 0, 0, 20_000, 0, 1]
    let channel = connection.channel
    let done = try await connection.onLoop { _ in
      var last = channel.eventLoop.makeSucceededVoidFuture()
      for (number, size) in sizes.enumerated() {
        last = channel.write(ByteBuffer(repeating: 1, count: size))
        last.whenSuccess { order.withLockedValue { $0.append(number) } }
        // One flush for some, one for the rest.
        if number == 2 { channel.flush() }
      }
      channel.flush()
      return last
    }
    try await done.get()
    #expect(order.withLockedValue { $0 } == Array(sizes.indices))
    try await connection.recorder.wait { $0.byteCount >= 20_006 }
    #expect(connection.recorder.byteCount == 20_006)
    let empty = try await connection.onLoop { _ in
      let empty = channel.write(ByteBuffer())
      channel.flush()
      return empty
    }
    try await empty.get()
    try await connection.close()
  }

  @Test("what is written but not flushed is not sent")
  func unflushed() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.write("one")
    try await connection.recorder.wait { $0.text == "one" }
    let second = connection.written("two")
    try await Task.sleep(for: .milliseconds(20))
    #expect(connection.recorder.text == "one")
    connection.channel.flush()
    try await second.get()
    try await connection.recorder.wait { $0.text == "onetwo" }
    #expect(connection.recorder.text == "onetwo")
    try await connection.close()
  }

  @Test("writing from within a promise or a change of writability keeps the order")
  func reentrantWrites() async throws {
    let server = try await NIOSSLServer()
    let connection = try await Client().connect(to: server.port)
    try await connection.handshake()
    let channel = connection.channel
    try await connection.onLoop { _ in
      channel.write(ByteBuffer(string: "a")).whenSuccess {
        channel.writeAndFlush(ByteBuffer(string: "c"), promise: nil)
      }
      channel.writeAndFlush(ByteBuffer(string: "b"), promise: nil)
    }
    try await connection.recorder.wait { $0.text.count >= 3 }
    #expect(connection.recorder.text == "abc")
    try await connection.close()
  }

  @Test("reads by hand bring what was asked for, and no more")
  func byHand() async throws {
    let server = try server(.payload(4 * 1024 * 1024))
    var client = try Client()
    client.bootstrap = { $0.channelOption(.autoRead, value: false) }
    let connection = try await client.connect(to: server.port)
    try await connection.handshake()
    #expect(connection.recorder.events == [.active, .handshake(nil)])
    try await connection.write("go")
    connection.channel.read()
    try await connection.recorder.wait { $0.byteCount > 0 }
    #expect(connection.recorder.byteCount > 0)
    try await Task.sleep(for: .milliseconds(50))
    // A read is some of the socket's buffers, and never all of this.
    let first = connection.recorder.byteCount
    #expect(first <= 1024 * 1024)
    #expect(connection.recorder.completes == 1)
    while connection.recorder.byteCount < 4 * 1024 * 1024, connection.recorder.error == nil {
      let before = connection.recorder.byteCount
      connection.channel.read()
      try await connection.recorder.wait { $0.byteCount > before || $0.error != nil }
    }
    #expect(connection.recorder.byteCount == 4 * 1024 * 1024)
    try await connection.close()
  }

  @Test("a peer that doesn't read makes the channel unwritable, and closing still ends")
  func backPressure() async throws {
    let server = try await NIOSSLServer(handlers: { [Deaf()] })
    var client = try Client()
    client.closeTimeout = .milliseconds(50)
    let connection = try await client.connect(to: server.port)
    try await connection.write("be deaf")
    try await connection.recorder.wait { $0.text == "deaf" }
    let channel = connection.channel
    let written = try await connection.onLoop { _ in
      var last = channel.eventLoop.makeSucceededVoidFuture()
      for _ in 0..<64 where channel.isWritable {
        last = channel.writeAndFlush(ByteBuffer(repeating: 0, count: 1 << 20))
      }
      return (last, channel.isWritable)
    }
    #expect(!written.1)
    try await connection.close()
    await #expect(throws: (any Error).self) { try await written.0.get() }
  }

  @Test("new keys that the peer asks for are made, and answered", .needs(.openssl))
  func keyUpdate() async throws {
    var options = OpenSSLServer.Options()
    options.style = .plain
    options.versions = .tls13
    let server = try OpenSSLServer(options)
    let connection = try await Client().connect(to: server.port)
    try await connection.write("before\n")
    try await connection.recorder.wait { _ in server.output.contains("before") }
    server.send("K\n")
    // A command has its line, and what comes with it, for itself.
    try await connection.recorder.wait { _ in server.output.contains("KeyUpdate") }
    server.send("hello\n")
    try await connection.recorder.wait { $0.text.hasSuffix("hello\n") }
    #expect(connection.recorder.text.hasSuffix("hello\n"))
    try await connection.write("after\n")
    try await connection.recorder.wait { _ in server.output.contains("after") }
    #expect(server.output.contains("<<< TLS 1.3, Handshake [length 0005], KeyUpdate"))
    #expect(server.output.contains("after"))
    try await connection.close()
  }
}

/// Reads no more once anything has come.
final class Deaf: ChannelDuplexHandler, Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  private let isDeaf = NIOLockedValueBox(false)

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isDeaf.withLockedValue { $0 = true }
    context.writeAndFlush(NIOAny(ByteBuffer(string: "deaf")), promise: nil)
  }

  func read(context: ChannelHandlerContext) {
    if !isDeaf.withLockedValue({ $0 }) { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
