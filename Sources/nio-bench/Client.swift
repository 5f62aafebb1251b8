internal import GnuTLSResumption
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOGnuTLS
internal import NIOPosix
internal import NIOSSL
internal import SessionTickets

/// Which client, all else being the same.
enum Side: String, CaseIterable {
  case gnutls, niossl
}

/// Makes connections of one kind, by one event loop.
final class Connections: Sendable {
  let loop: any EventLoop
  private let port: Int
  private let makeHandler: @Sendable () throws -> any ChannelHandler
  private let probe: Probe?

  /// - Parameter store: Where tickets are kept.
  init(_ side: Side, port: Int, root: String, store: any TicketStore = MemoryStore(), probe: Probe? = nil) throws {
    self.port = port
    self.probe = probe
    loop = MultiThreadedEventLoopGroup.singleton.next()
    switch side {
    case .gnutls:
      var configuration = GnuTLSResumption.TLSConfiguration()
      configuration.verification = .engineVerifies(.file(root))
      guard let key = MasterKey([UInt8](repeating: 7, count: 32)) else { fatalError("no key") }
      configuration.resumption = Resumption(store: store, masterKey: .keys(KeyRing(newest: key)))
      makeHandler = { [configuration] in GnuTLSClientHandler(configuration: configuration, serverName: "localhost") }
    case .niossl:
      var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
      configuration.trustRoots = .file(root)
      let context = try NIOSSLContext(configuration: configuration)
      makeHandler = { try NIOSSLClientHandler(context: context, serverHostname: "localhost") }
    }
  }

  /// Connects, makes a request, and counts what is answered.
  func request(_ operation: Operation, _ count: Int, answer: Int, sends: Int = 0, byHand: Bool = false) async throws
    -> Exchange
  {
    let done = loop.makePromise(of: Void.self)
    let exchange = Exchange()
    let channel = try await ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: !byHand)
      .channelInitializer { [makeHandler, probe] channel in
        channel.eventLoop.makeCompletedFuture {
          if let probe { try channel.pipeline.syncOperations.addHandler(probe) }
          try channel.pipeline.syncOperations.addHandler(makeHandler())
          try channel.pipeline.syncOperations.addHandler(
            Requester(operation.request(count), sends: sends, answer: answer, isSlow: byHand, done))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    try await done.futureResult.get()
    exchange.end()
    if let outcome = try? await channel.gnuTLSOutcome().get() { exchange.isResumed = outcome.isResumed }
    try? await channel.close()
    return exchange
  }
}

/// How long it took, from before the connect to the last byte of the answer.
final class Exchange {
  private let start = ContinuousClock.now
  private(set) var duration = Duration.zero
  var isResumed = false

  func end() { duration = ContinuousClock.now - start }
}

/// Sends a request, and what belongs to it as fast as it is taken.
private final class Requester: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var toSend: Int
  private var missing: Int
  private let request: ByteBuffer
  private let isSlow: Bool
  private let done: EventLoopPromise<Void>

  init(_ request: ByteBuffer, sends: Int, answer: Int, isSlow: Bool, _ done: EventLoopPromise<Void>) {
    self.request = request
    toSend = sends
    missing = answer
    self.isSlow = isSlow
    self.done = done
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(request), promise: nil)
    send(context)
    if isSlow { context.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    missing -= unwrapInboundIn(data).readableBytes
    if missing <= 0 { done.succeed() }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard isSlow else { return }
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { send(context) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { done.fail(ChannelError.eof) }

  private func send(_ context: ChannelHandlerContext) { Payload.send(&toSend, context) }
}

/// Stands between the network and TLS, and notes how long an event loop was kept by what came: by its own processor time,
/// so that what else runs on the machine doesn't count.
final class Probe: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  private let longest = NIOLockedValueBox(Int64(0))

  var longestMilliseconds: Double { Double(longest.withLockedValue { $0 }) / 1_000_000 }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { timed { context.fireChannelRead(data) } }
  func channelReadComplete(context: ChannelHandlerContext) { timed { context.fireChannelReadComplete() } }
  func channelActive(context: ChannelHandlerContext) { timed { context.fireChannelActive() } }
  func channelInactive(context: ChannelHandlerContext) { timed { context.fireChannelInactive() } }

  private func timed(_ body: () -> Void) {
    let start = ThreadTime.now()
    body()
    let took = ThreadTime.now() - start
    longest.withLockedValue { $0 = max($0, took) }
  }
}
