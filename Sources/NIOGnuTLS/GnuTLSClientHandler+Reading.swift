#if NIO
internal import GnuTLSResumption
public import NIOCore
internal import NIOTLS

/// What comes from the network.
extension GnuTLSClientHandler {
  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch machine.received() {
    case .hold: hold(unwrapInboundIn(data))
    case .step:
      hold(unwrapInboundIn(data))
      takeStep(context)
    case .decrypt: decrypt(context, unwrapInboundIn(data))
    case .passOn: context.fireChannelRead(data)
    case .ignore: break
    }
  }

  public func channelReadComplete(context: ChannelHandlerContext) {
    if reads.completed() { context.fireChannelReadComplete() }
    readIfOwed(context, always: machine.needsBytes)
  }

  private func hold(_ bytes: ByteBuffer) {
    if held.readableBytes == 0 { held = bytes } else { held.writeImmutableBuffer(bytes) }
  }

  /// Decrypts what has come while the handshake's last step was made.
  func decryptHeld(_ context: ChannelHandlerContext) {
    guard self.context != nil, held.readableBytes > 0 || transport?.isUnread == true, machine.received() == .decrypt
    else { return }
    let bytes = held
    held = ByteBuffer()
    decrypt(context, bytes)
    if reads.completed() { context.fireChannelReadComplete() }
  }

  private func decrypt(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
    guard let transport else { return }
    transport.receive(bytes)
    // Whoever is called back may have ended the session.
    while self.transport === transport {
      // In pieces rather than in a buffer that grows: a record's beginning may have come before.
      var plaintext = context.channel.allocator.buffer(
        capacity: min(max(transport.unreadBytes, Self.leastBuffer), Self.mostBuffer))
      let end = transport.read(into: &plaintext)
      if transport.client.ticketsReceived != ticketsKept { keepTickets() }
      // An answer to a request for new keys (RFC 8446, section 4.6.3).
      sendOutput(context)
      if plaintext.readableBytes > 0 {
        hasReceivedData = true
        reads.delivered()
        context.fireChannelRead(wrapInboundOut(plaintext))
      }
      switch end {
      case .full: continue
      case .moreNeeded: return
      case .closed:
        if reads.completed() { context.fireChannelReadComplete() }
        return peerClosed()
      case .failed(let error):
        if reads.completed() { context.fireChannelReadComplete() }
        return broke(error, "reading from")
      }
    }
  }

  private static let leastBuffer = 256
  private static let mostBuffer = 64 * 1024

  private func peerClosed() {
    guard let context else { return }
    switch machine.peerClosed(allowsHalfClosure: option(.allowRemoteHalfClosure, of: context) ?? false) {
    case .signalInputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    case .finish(let saysGoodbye):
      if saysGoodbye {
        transport?.sayGoodbye()
        sendOutput(context)
      }
      context.fireUserInboundEventTriggered(TLSUserEvent.shutdownCompleted)
      storeAndLeave(saysGoodbye ? .closed : .byOwner)
    case .ignore: break
    }
  }

  /// The peer has ended its direction of the connection.
  func inputEnded(_ context: ChannelHandlerContext) {
    let end = machine.inputEnded()
    switch end {
    case .known: break
    case .expected: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    case .truncated:
      context.fireErrorCaught(ConnectionError.truncated(by: server(context)))
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    case .whileClosing:
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
      storeAndLeave(.byOwner)
    case .duringHandshake, .whileUnwrapping:
      let error =
        end == .duringHandshake
        ? TransportlessClient.endedByServer(server(context)) : ConnectionError.truncated(by: server(context))
      if end == .duringHandshake { abandonHandshake(.endedByServer) }
      letGo(.byOwner)
      context.fireErrorCaught(error)
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
      closeChannel(failing: error)
    }
  }

  /// What was sent, or has come, is none of TLS: the connection ends.
  func broke(_ error: GnuTLSError, _ doing: String) {
    guard machine.broke(), let context else { return }
    let failure = ConnectionError(.broken, "\(doing) \(server(context)) failed", underlying: error)
    letGo(.broken)
    context.fireErrorCaught(failure)
    closeChannel(failing: failure)
  }

  /// Makes a read that was held back; and where nobody reads by himself, one more if what the last has brought was TLS's own.
  func readIfOwed(_ context: ChannelHandlerContext, always: Bool) {
    guard held.readableBytes < Self.mostHeld else { return }
    if reads.resumes() { return context.read() }
    guard always || reads.isOwed, option(.autoRead, of: context) == false else { return }
    context.read()
  }

  private func option<Option: ChannelOption>(_ option: Option, of context: ChannelHandlerContext) -> Option.Value? {
    try? context.channel.syncOptions?.getOption(option)
  }
}

#endif
