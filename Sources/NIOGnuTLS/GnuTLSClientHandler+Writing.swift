#if NIO
internal import GnuTLSResumption
internal import NIOCore

/// What goes to the network.
extension GnuTLSClientHandler {
  /// How much is encrypted before it is handed on, in bytes.
  private static let mostAtOnce = 1024 * 1024

  /// Encrypts and sends what was flushed. Whoever is called back meanwhile, and flushes or closes, does so after it.
  func encryptPending(_ context: ChannelHandlerContext) {
    guard afterWriting == nil else { return }
    afterWriting = []
    while self.context != nil, machine.mayEncrypt, let transport, encryptSome(context, transport) {}
    let later = afterWriting ?? []
    afterWriting = nil
    for action in later { action() }
  }

  /// - Returns: Whether there was anything.
  private func encryptSome(_ context: ChannelHandlerContext, _ transport: SessionTransport) -> Bool {
    var promises: [EventLoopPromise<Void>] = []
    var count = 0
    var isEmpty = true
    do throws(GnuTLSError) {
      while count < Self.mostAtOnce, let write = pending.next(atMost: Self.mostAtOnce) {
        isEmpty = false
        if let promise = write.promise { promises.append(promise) }
        count += write.bytes.readableBytes
        try transport.write(write.bytes)
      }
    } catch {
      broke(error, "writing to")
      for promise in promises { promise.fail(error) }
      return false
    }
    guard !isEmpty else { return false }
    let promise = promises.joined(on: context.eventLoop)
    if let output = transport.takeOutput() {
      context.writeAndFlush(wrapOutboundOut(output), promise: promise)
    } else if let promise {
      // Nothing but empty writes: their turn comes behind what was written before.
      context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }
    return true
  }

  /// Sends what TLS itself has to say.
  func sendOutput(_ context: ChannelHandlerContext) {
    guard let output = transport?.takeOutput() else { return }
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
  }
}

#endif
