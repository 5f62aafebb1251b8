import GnuTLSResumption
import NIOConcurrencyHelpers
import NIOCore
import NIOTLS

/// The last handler of a client's pipeline: writes down what reaches it.
final class Recorder: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Event: Equatable {
    case active, inactive
    case handshake(String?)
    case shutdown
    case inputClosed
    case error(ConnectionError.Code)
    case otherError(String)
  }

  private struct State {
    var events: [Event] = []
    var data: [UInt8] = []
    var byteCount = 0
    var reads = 0
    var completes = 0
    var error: (any Error)?
  }

  private let state = NIOLockedValueBox(State())
  /// Called with the context at each event.
  private let reaction: @Sendable (Event, ChannelHandlerContext) -> Void
  /// Called with the context when data have come.
  private let onData: @Sendable (ByteBuffer, ChannelHandlerContext) -> Void
  private let keepsData: Bool

  init(
    keepsData: Bool = true, onData: @escaping @Sendable (ByteBuffer, ChannelHandlerContext) -> Void = { _, _ in },
    reaction: @escaping @Sendable (Event, ChannelHandlerContext) -> Void = { _, _ in }
  ) {
    self.keepsData = keepsData
    self.onData = onData
    self.reaction = reaction
  }

  var events: [Event] { state.withLockedValue { $0.events } }
  var text: String { state.withLockedValue { String(decoding: $0.data, as: UTF8.self) } }
  var byteCount: Int { state.withLockedValue { $0.byteCount } }
  var reads: Int { state.withLockedValue { $0.reads } }
  var completes: Int { state.withLockedValue { $0.completes } }
  var error: (any Error)? { state.withLockedValue { $0.error } }

  /// Waits, in a test, until something holds.
  func wait(_ limit: Duration = .seconds(10), until condition: (Recorder) -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while !condition(self), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(1)) }
  }

  private func record(_ event: Event, _ context: ChannelHandlerContext) {
    state.withLockedValue { $0.events.append(event) }
    reaction(event, context)
  }

  func channelActive(context: ChannelHandlerContext) {
    record(.active, context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    record(.inactive, context)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    state.withLockedValue {
      $0.reads += 1
      $0.byteCount += bytes.readableBytes
      if keepsData { $0.data += bytes.readableBytesView }
    }
    onData(bytes, context)
  }

  func channelReadComplete(context: ChannelHandlerContext) { state.withLockedValue { $0.completes += 1 } }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSUserEvent.handshakeCompleted(let negotiated): record(.handshake(negotiated), context)
    case TLSUserEvent.shutdownCompleted: record(.shutdown, context)
    case ChannelEvent.inputClosed: record(.inputClosed, context)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    state.withLockedValue { $0.error = error }
    if let error = error as? ConnectionError {
      record(.error(error.code), context)
    } else {
      record(.otherError("\(error)"), context)
    }
  }
}
