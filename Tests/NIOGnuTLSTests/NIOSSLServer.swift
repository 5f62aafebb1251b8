import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import TestPeers

/// NIOSSL's server on 127.0.0.1, which echoes.
final class NIOSSLServer: Sendable {
  let port: UInt16
  private let channel: any Channel
  private let accepted = NIOLockedValueBox<[any Channel]>([])

  /// - Parameters:
  ///   - change: Changes its configuration.
  ///   - handlers: What stands behind TLS, instead of the echo.
  init(
    fixture: Fixture = .ecdsa, change: (inout NIOSSL.TLSConfiguration) -> Void = { _ in },
    allowsHalfClosure: Bool = false,
    handlers: @escaping @Sendable () -> [any ChannelHandler & Sendable] = { [Echo()] }
  ) async throws {
    var configuration = NIOSSL.TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(fixture.chain).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: fixture.key, format: .pem)))
    change(&configuration)
    let context = try NIOSSLContext(configuration: configuration)
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: allowsHalfClosure)
      .childChannelInitializer { [accepted] channel in
        accepted.withLockedValue { $0.append(channel) }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          try channel.pipeline.syncOperations.addHandlers(handlers())
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = UInt16(channel.localAddress?.port ?? 0)
  }

  deinit {
    channel.close(promise: nil)
    for child in accepted.withLockedValue({ $0 }) { child.close(mode: .all, promise: nil) }
  }

  /// The connections so far, in their order.
  var connections: [any Channel] { accepted.withLockedValue { $0 } }
}

/// Sends back whatever comes.
final class Echo: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
  func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Reads, and says nothing.
final class Silence: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
