internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// NIOSSL's server, on 127.0.0.1: answers requests of nine bytes, an operation and a count.
enum Operation: UInt8 {
  /// One byte.
  case answer = 1
  /// So many bytes.
  case send = 2
  /// One byte, once so many have come.
  case receive = 3

  func request(_ count: Int) -> ByteBuffer {
    var bytes = ByteBuffer()
    bytes.writeInteger(rawValue)
    bytes.writeInteger(UInt64(count))
    return bytes
  }
}

func serve(chain: String, key: String, port: Int) async throws {
  let configuration = NIOSSL.TLSConfiguration.makeServerConfiguration(
    certificateChain: try NIOSSLCertificate.fromPEMFile(chain).map { .certificate($0) },
    privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
  let context = try NIOSSLContext(configuration: configuration)
  let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .serverChannelOption(.backlog, value: 512)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    .childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: context), Service()])
      }
    }
    .bind(host: "127.0.0.1", port: port).get()
  try await channel.closeFuture.get()
}

private final class Service: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var request = ByteBuffer()
  private var toSend = 0
  private var toReceive = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if toReceive > 0 { return receive(context, bytes.readableBytes) }
    request.writeBuffer(&bytes)
    guard request.readableBytes >= 9, let operation = request.readInteger(as: UInt8.self).flatMap(Operation.init),
      let count = request.readInteger(as: UInt64.self)
    else { return }
    switch operation {
    case .answer: answer(context)
    case .send:
      toSend = Int(clamping: count)
      send(context)
    case .receive:
      toReceive = Int(clamping: count)
      receive(context, request.readableBytes)
      request.clear()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { send(context) }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(ByteBuffer(integer: UInt8(1))), promise: nil)
  }

  private func send(_ context: ChannelHandlerContext) { Payload.send(&toSend, context) }

  private func receive(_ context: ChannelHandlerContext, _ count: Int) {
    toReceive -= count
    if toReceive <= 0 { answer(context) }
  }
}
