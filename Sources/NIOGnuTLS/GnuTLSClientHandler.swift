#if NIO
public import GnuTLSResumption
internal import NIOConcurrencyHelpers
public import NIOCore
public import NIOPosix
internal import NIOTLS

/// A TLS client in a channel's pipeline that resumes by itself.
///
/// In front of the handlers that want plain text. Once the handshake is over and the peer trusted, it fires
/// `TLSUserEvent.handshakeCompleted`, and once the session has ended in order `TLSUserEvent.shutdownCompleted`. What fails is
/// fired as a `ConnectionError`, and ends the connection; of code `truncated` if the peer has closed without saying so.
///
/// The tickets are those of every other way to use a `Resumption`: a program that has used `TLSConnection` resumes here. A
/// failed handshake can't be made again here, so that only what can't fail is offered, as to attached sessions.
///
/// Everything that may wait, for files, a store or a verification, is done on a thread pool; the event loop only encrypts and
/// decrypts. Nothing is claimed before the channel is active, so that connections that lose a race (RFC 8305) cost no ticket.
public final class GnuTLSClientHandler: ChannelInboundHandler, ChannelOutboundHandler, RemovableChannelHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer
  public typealias OutboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  let configuration: TLSConfiguration
  let serverName: String?
  let port: UInt16?
  let pool: NIOThreadPool
  let closeTimeout: TimeAmount

  var machine = SessionStateMachine()
  var context: ChannelHandlerContext?
  /// Nil before the first step of the handshake, while one has it, and after the end.
  var transport: SessionTransport?
  /// Set once the peer is trusted.
  var keeper: TicketKeeper?
  /// False once nobody wants the connection: no ticket is claimed for it then.
  let isWanted = NIOLockedValueBox(true)
  /// The handshake's limit, or that of the closing.
  var timeout: Scheduled<Void>?

  /// Has come while the session was elsewhere.
  var held = ByteBuffer()
  var reads = ReadRequests()
  /// Tickets that the keeper has been given.
  var ticketsKept = 0
  var hasReceivedData = false

  var pending = PendingWrites()
  /// What is to be done when the present writing is through, as its promises may call back.
  var afterWriting: [() -> Void]?

  var closePromises: [EventLoopPromise<Void>] = []
  var closeOutputPromises: [EventLoopPromise<Void>] = []
  var stopPromises: [EventLoopPromise<Void>] = []

  /// - Parameters:
  ///   - configuration: Its time limit is that of the handshake here, and its drain has no part: closing waits for the
  ///     peer's goodbye, and takes the tickets that come until then. One for many connections spares them the loading of
  ///     trust.
  ///   - serverName: The name to ask the server for, and to expect in its certificate, or an address in text; nil for the
  ///     configuration's, or the address that the channel is connected to.
  ///   - port: The server's, as its tickets are filed under; nil for the one that the channel is connected to. To be given
  ///     where a proxy stands between.
  ///   - pool: Where that is done which may wait.
  ///   - closeTimeout: How long closing waits for the peer to say goodbye too.
  public init(
    configuration: TLSConfiguration, serverName: String?, port: UInt16? = nil, pool: NIOThreadPool = .singleton,
    closeTimeout: TimeAmount = .seconds(5)
  ) {
    self.configuration = configuration
    self.serverName = serverName
    self.port = port
    self.pool = pool
    self.closeTimeout = closeTimeout
  }

  public func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive, machine.connected() { beginSoon(context) }
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    if machine.handshakeFailed() { abandonHandshake(.givenUp) }
    _ = machine.close()
    letGo(.byOwner)
    fail(with: ChannelError.ioOnClosedChannel)
    self.context = nil
  }

  public func channelActive(context: ChannelHandlerContext) {
    let begins = machine.connected()
    context.fireChannelActive()
    if begins { beginSoon(context) }
  }

  public func channelInactive(context: ChannelHandlerContext) {
    let end = machine.disconnected()
    switch end {
    case .duringHandshake:
      abandonHandshake(.endedByServer)
      let error = TransportlessClient.endedByServer(server(context))
      fail(with: error)
      context.fireErrorCaught(error)
    case .truncated:
      letGo(.closed)
      let error = ConnectionError.truncated(by: server(context))
      fail(with: error)
      context.fireErrorCaught(error)
    case .whileUnwrapping:
      letGo(.byOwner)
      let error = ConnectionError.truncated(by: server(context))
      fail(with: error)
      context.fireErrorCaught(error)
    case .whileClosing, .expected, .known:
      letGo(.byOwner)
      // The peer may have been quicker than the store.
      let promises = closePromises.takeAll()
      if !promises.isEmpty { keeper?.submit { _ in for promise in promises { promise.succeed() } } }
      fail(with: ChannelError.ioOnClosedChannel)
    }
    context.fireChannelInactive()
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    inputEnded(context)
  }

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch machine.write {
    case .queue: pending.append(unwrapOutboundIn(data), promise)
    case .passOn: context.write(data, promise: promise)
    case .refuse(.outputClosed): promise?.fail(ChannelError.outputClosed)
    case .refuse(.channelClosed): promise?.fail(ChannelError.ioOnClosedChannel)
    }
  }

  public func flush(context: ChannelHandlerContext) {
    guard machine.write != .passOn else { return context.flush() }
    pending.flush()
    encryptPending(context)
  }

  public func read(context: ChannelHandlerContext) {
    if reads.requested(isFull: held.readableBytes >= Self.mostHeld) { context.read() }
  }

  /// Of what comes while the session is elsewhere: then nothing more is read, in bytes.
  static let mostHeld = 256 * 1024

  /// Whom the connection is with, for its tickets and for messages.
  func server(_ context: ChannelHandlerContext) -> ServerIdentity {
    let address = context.channel.remoteAddress
    let name = serverName ?? configuration.serverName ?? address?.ipAddress ?? ""
    return ServerIdentity(name: name, port: port ?? address?.port.map { UInt16(clamping: $0) } ?? 0)
  }
}

@available(*, unavailable)
extension GnuTLSClientHandler: Sendable {}

extension ConnectionError {
  static func truncated(by server: ServerIdentity) -> ConnectionError {
    ConnectionError(.truncated, "\(server) closed the connection without saying so: data may be missing")
  }
}

#endif
