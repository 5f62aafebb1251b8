import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A server on 127.0.0.1 that knows nothing of TLS, and does what it is told when bytes come.
final class PlainServer: Sendable {
  let port: UInt16
  private let channel: any Channel

  init(received: @escaping @Sendable (any Channel, ByteBuffer) -> Void) async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in channel.pipeline.addHandler(Reaction(received)) }
      .bind(host: "127.0.0.1", port: 0).get()
    port = UInt16(channel.localAddress?.port ?? 0)
  }

  deinit { channel.close(promise: nil) }

  private final class Reaction: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let received: @Sendable (any Channel, ByteBuffer) -> Void

    init(_ received: @escaping @Sendable (any Channel, ByteBuffer) -> Void) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { received(context.channel, unwrapInboundIn(data)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
