#if NIO
internal import GnuTLSResumption
public import NIOCore

/// The end of the session.
extension GnuTLSClientHandler {
  public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if afterWriting != nil {
      afterWriting?.append { self.close(context: context, mode: mode, promise: promise) }
      return
    }
    switch mode {
    case .all: closeAll(context, promise)
    case .output: closeOutput(context, promise)
    case .input: promise?.fail(ChannelError.operationUnsupported)
    }
  }

  /// Takes TLS from the connection, which stays: says goodbye, waits for the peer to do so too, and removes the handler.
  ///
  /// Only on the channel's event loop. During the handshake it waits for its end. Writes that were not flushed fail. What
  /// has come behind the peer's goodbye is handed on as it is. If the peer's doesn't come in time, the handler is removed,
  /// and the promise fails with `ConnectionError` of code `timedOut`.
  public func stopTLS(promise: EventLoopPromise<Void>?) {
    if afterWriting != nil {
      afterWriting?.append { self.stopTLS(promise: promise) }
      return
    }
    guard let context else {
      promise?.fail(ConnectionError(.closed, "there is no TLS on this connection"))
      return
    }
    let ending = machine.stopTLS()
    if let promise { stopPromises.append(promise) }
    switch ending {
    case .passOn: unwrap(failing: nil)
    case .putOff, .join: break
    case .leave(let saysGoodbye, let awaitsPeer): leave(context, saysGoodbye: saysGoodbye, awaitsPeer: awaitsPeer)
    case .refuse, .abandon, .finishWriting:
      for promise in stopPromises.takeAll() {
        promise.fail(ConnectionError(.closed, "the connection to \(server(context)) is closed"))
      }
    }
  }

  private func closeAll(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    switch machine.close() {
    case .abandon:
      abandonHandshake(.givenUp)
      fail(with: ChannelError.ioOnClosedChannel)
      context.close(promise: promise)
    case .leave(let saysGoodbye, let awaitsPeer):
      if let promise { closePromises.append(promise) }
      leave(context, saysGoodbye: saysGoodbye, awaitsPeer: awaitsPeer)
    case .join: if let promise { closePromises.append(promise) }
    case .passOn, .putOff, .finishWriting, .refuse: context.close(promise: promise)
    }
  }

  private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    let ending = machine.closeOutput()
    switch ending {
    case .finishWriting, .putOff: if let promise { closeOutputPromises.append(promise) }
    case .leave, .join: if let promise { closePromises.append(promise) }
    case .passOn, .abandon, .refuse: return context.close(mode: .output, promise: promise)
    }
    if case .leave(let saysGoodbye, let awaitsPeer) = ending {
      leave(context, saysGoodbye: saysGoodbye, awaitsPeer: awaitsPeer)
    } else if ending == .finishWriting {
      finishWriting(context)
    }
  }

  /// What was asked for before the handshake was over.
  func closeOutputNow(_ context: ChannelHandlerContext) {
    guard machine.closeOutput() == .finishWriting else { return }
    finishWriting(context)
  }

  private func finishWriting(_ context: ChannelHandlerContext) {
    transport?.sayGoodbye()
    sendOutput(context)
    let promise = closeOutputPromises.takeAll().joined(on: context.eventLoop)
    context.close(mode: .output, promise: promise)
    for promise in pending.takeAll() { promise.fail(ChannelError.outputClosed) }
  }

  private func leave(_ context: ChannelHandlerContext, saysGoodbye: Bool, awaitsPeer: Bool) {
    timeout = context.eventLoop.assumeIsolated().scheduleTask(in: closeTimeout) {
      self.left(self.machine.leavingTimedOut())
    }
    if saysGoodbye {
      transport?.sayGoodbye()
      sendOutput(context)
    }
    for promise in pending.takeAll() { promise.fail(ChannelError.ioOnClosedChannel) }
    guard self.context != nil else { return }
    if awaitsPeer { readIfOwed(context, always: true) } else { storeAndLeave(.byOwner) }
  }

  /// Both sides are through. The connection ends when the tickets are stored: a program that closes and exits must not lose
  /// them.
  func storeAndLeave(_ ending: Settlement.Ending) {
    guard let context else { return }
    if let rest = transport?.takeInput() { held = rest }
    letGo(ending)
    if timeout == nil {
      timeout = context.eventLoop.assumeIsolated().scheduleTask(in: closeTimeout) {
        self.left(self.machine.leavingTimedOut())
      }
    }
    guard let keeper else { return left(machine.stored()) }
    let loop = context.eventLoop
    let handler = NIOLoopBound(self, eventLoop: loop)
    keeper.submit { _ in loop.execute { handler.value.left(handler.value.machine.stored()) } }
  }

  private func left(_ left: SessionStateMachine.Left) {
    guard let context else { return }
    switch left {
    case .nothing: break
    case .close:
      letGo(.byOwner)
      closeChannel(failing: ConnectionError(.closed, "the connection to \(server(context)) is closed"))
    case .unwrap: unwrap(failing: nil)
    case .unwrapLate:
      letGo(.byOwner)
      held = ByteBuffer()
      unwrap(failing: ConnectionError(.timedOut, "\(server(context)) doesn't end TLS: the time limit has passed"))
    }
  }

  private func unwrap(failing error: ConnectionError?) {
    guard let context else { return }
    cancelTimeout()
    for promise in pending.takeAll() {
      promise.fail(ConnectionError(.closed, "TLS was taken from the connection before this was flushed"))
    }
    if held.readableBytes > 0 {
      let rest = held
      held = ByteBuffer()
      context.fireChannelRead(wrapInboundOut(rest))
      context.fireChannelReadComplete()
    }
    if let error { context.fireErrorCaught(error) }
    readIfOwed(context, always: false)
    let promises = stopPromises.takeAll()
    let closing = closePromises.takeAll()
    let removal = context.eventLoop.makePromise(of: Void.self)
    removal.futureResult.whenComplete { _ in
      for promise in promises { if let error { promise.fail(error) } else { promise.succeed() } }
      for promise in closing { promise.succeed() }
    }
    context.pipeline.syncOperations.removeHandler(context: context, promise: removal)
  }

  /// Ends the connection. Whoever has asked for that hears of it when it is done, and whoever has asked for less now.
  func closeChannel(failing error: ConnectionError) {
    guard let context else { return }
    cancelTimeout()
    let promise = closePromises.takeAll().joined(on: context.eventLoop)
    fail(with: error)
    context.close(promise: promise)
  }

  /// Nobody waits for anything any more.
  func fail(with error: any Error) {
    let promises = pending.takeAll() + closeOutputPromises.takeAll() + stopPromises.takeAll() + closePromises.takeAll()
    for promise in promises { promise.fail(error) }
  }

  func cancelTimeout() {
    timeout?.cancel()
    timeout = nil
  }

  // MARK: Tickets

  /// Has the tickets stored that have come.
  func keepTickets() {
    guard let transport, let keeper else { return }
    ticketsKept = transport.client.ticketsReceived
    let batch = transport.client.takeTickets()
    let hasReceivedData = hasReceivedData
    keeper.submit { settlement in
      settlement?.settle(batch)
      if hasReceivedData { settlement?.receivedData() }
    }
  }

  /// Lets go of the session: has its last tickets stored, and noted how it has ended.
  func letGo(_ ending: Settlement.Ending) {
    isWanted.withLockedValue { $0 = false }
    cancelTimeout()
    guard let transport else { return }
    let isAlert = keeper != nil && transport.client.hasReceivedFatalAlert
    keepTickets()
    self.transport = nil
    transport.client.detach()
    keeper?.submit { settlement in settlement?.ended(isAlert ? .alert : ending) }
  }
}

extension [EventLoopPromise<Void>] {
  /// Each is to be told once.
  mutating func takeAll() -> [EventLoopPromise<Void>] {
    defer { self = [] }
    return self
  }
}

#endif
