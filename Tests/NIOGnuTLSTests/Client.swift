import Dispatch
import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOGnuTLS
import NIOPosix
import SessionTickets
import TestPeers
import Testing

/// A client with store, key and trust of its own, so that tests don't meet.
struct Client: Sendable {
  let store: any TicketStore
  var configuration = TLSConfiguration()
  var serverName: String? = "localhost"
  var closeTimeout = TimeAmount.seconds(5)
  var pool = NIOThreadPool.singleton
  var bootstrap: @Sendable (ClientBootstrap) -> ClientBootstrap = { $0 }

  init(store: any TicketStore = MemoryStore()) throws {
    self.store = store
    configuration.verification = .engineVerifies(.file(Fixture.ecdsa.root))
    configuration.resumption = try resumption()
  }

  func resumption() throws -> Resumption {
    let master = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
    return Resumption(store: store, masterKey: .keys(KeyRing(newest: master)))
  }

  /// Connects, and waits until TCP stands.
  func connect(to port: UInt16, _ recorder: Recorder = Recorder()) async throws -> Connection {
    let handler = NIOLockedValueBox<NIOLoopBound<GnuTLSClientHandler>?>(nil)
    let plain = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.seconds(10))
      .channelInitializer { [configuration, serverName, closeTimeout, pool] channel in
        channel.eventLoop.makeCompletedFuture {
          let tls = GnuTLSClientHandler(
            configuration: configuration, serverName: serverName, pool: pool, closeTimeout: closeTimeout)
          handler.withLockedValue { $0 = NIOLoopBound(tls, eventLoop: channel.eventLoop) }
          try channel.pipeline.syncOperations.addHandlers([tls, recorder])
        }
      }
    let channel = try await bootstrap(plain).connect(host: "127.0.0.1", port: Int(port)).get()
    return Connection(channel: channel, recorder: recorder, handler: try #require(handler.withLockedValue { $0 }))
  }

  /// Connects, sends a line, waits for as long an answer, closes. Returns the outcome.
  @discardableResult
  func exchange(with port: UInt16, _ text: String = "hello\n") async throws -> Outcome {
    let connection = try await connect(to: port)
    try await connection.write(text)
    try await connection.recorder.wait { $0.byteCount >= text.utf8.count || $0.error != nil }
    try await connection.close()
    return try #require(await connection.outcome, "\(connection.recorder.events)")
  }
}

/// A client's connection.
struct Connection: Sendable {
  let channel: any Channel
  let recorder: Recorder
  let handler: NIOLoopBound<GnuTLSClientHandler>

  func write(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

  func close() async throws { try await channel.close().get() }

  /// What doesn't wait for its end.
  func sent(_ bytes: ByteBuffer) -> EventLoopFuture<Void> { channel.writeAndFlush(bytes) }
  func written(_ text: String) -> EventLoopFuture<Void> { channel.write(ByteBuffer(string: text)) }
  func closed(_ mode: CloseMode = .all) -> EventLoopFuture<Void> { channel.close(mode: mode) }

  /// Has begun to close when it returns, even to another event loop's thread.
  func closing() -> EventLoopFuture<Void> {
    guard !channel.eventLoop.inEventLoop else { return channel.close() }
    let promise = channel.eventLoop.makePromise(of: Void.self)
    let begun = DispatchSemaphore(value: 0)
    channel.eventLoop.execute {
      channel.close(promise: promise)
      begun.signal()
    }
    begun.wait()
    return promise.futureResult
  }

  /// Waits for the handshake's end. Returns false if it has failed.
  @discardableResult
  func handshake() async throws -> Bool {
    try await recorder.wait { recorder in
      recorder.error != nil || recorder.events.contains { if case .handshake = $0 { true } else { false } }
    }
    return recorder.error == nil
  }

  func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable (GnuTLSClientHandler) throws -> Result
  ) async throws -> Result {
    try await channel.eventLoop.submit { try body(handler.value) }.get()
  }

  var outcome: Outcome? { get async throws { try await onLoop { $0.outcome } } }
}
