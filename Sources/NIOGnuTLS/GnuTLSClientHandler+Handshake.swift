#if NIO
internal import GnuTLSResumption
internal import NIOCore
internal import NIOTLS

/// The handshake: each of its steps is made on a thread that may wait.
extension GnuTLSClientHandler {
  /// What a step gives back.
  private struct Step: Sendable {
    /// Nil if none could be made.
    let transport: SessionTransport?
    let result: Result<Settlement?, ConnectionError>
  }

  /// Begins once the connection has been there for a moment: whoever has started several and wants the first closes the
  /// others by then, and their tickets stay.
  func beginSoon(_ context: ChannelHandlerContext) {
    context.eventLoop.assumeIsolated().execute {
      guard let context = self.context, self.machine.isHandshaking else { return }
      let limit = TimeAmount.nanoseconds(Int64(clamping: self.configuration.timeoutMilliseconds * 1_000_000))
      self.timeout = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { self.handshakeTimedOut() }
      self.takeStep(context)
    }
  }

  func takeStep(_ context: ChannelHandlerContext) {
    let step: @Sendable () -> Step
    if let transport {
      self.transport = nil
      if held.readableBytes > 0 {
        transport.receive(held)
        held = ByteBuffer()
      }
      step = { Self.step(transport) }
    } else {
      step = { [server = server(context), configuration, isWanted] in
        do throws(ConnectionError) {
          let client = try TransportlessClient.make(to: server, configuration: configuration) {
            isWanted.withLockedValue { $0 }
          }
          return Self.step(SessionTransport(client))
        } catch {
          return Step(transport: nil, result: .failure(error))
        }
      }
    }
    let loop = context.eventLoop
    let handler = NIOLoopBound(self, eventLoop: loop)
    pool.submit { [server = server(context)] state in
      // Nothing may wait any more, so there can be no handshake.
      let step = state == .active ? step() : Step(transport: nil, result: .failure(.poolIsShutDown(server)))
      loop.execute { handler.value.stepEnded(step) }
    }
    readIfOwed(context, always: false)
  }

  private static func step(_ transport: SessionTransport) -> Step {
    do throws(ConnectionError) {
      return Step(transport: transport, result: .success(try transport.client.shakeHands()))
    } catch {
      return Step(transport: transport, result: .failure(error))
    }
  }

  private func stepEnded(_ step: Step) {
    transport = step.transport
    let settlement: Settlement?
    switch step.result {
    case .success(let result): settlement = result
    case .failure(let error):
      guard machine.handshakeFailed() else { return letGo(.byOwner) }
      return handshakeFailed(error)
    }
    let next = machine.stepEnded(isOver: settlement != nil)
    guard next != .abandon, let context else { return abandonHandshake(.givenUp) }
    sendOutput(context)
    switch next {
    case .abandon: break
    case .step: takeStep(context)
    case .awaitBytes: readIfOwed(context, always: true)
    case .complete(let afterwards):
      guard let settlement else { return }
      complete(context, settlement, afterwards)
    }
  }

  private func complete(
    _ context: ChannelHandlerContext, _ settlement: Settlement, _ afterwards: SessionStateMachine.Deferred
  ) {
    cancelTimeout()
    keeper = TicketKeeper(settlement, pool: pool)
    // What it means that a handshake was a full one shouldn't wait for the first ticket.
    if !settlement.isResumed || transport?.client.ticketsReceived != 0 { keepTickets() }
    context.fireUserInboundEventTriggered(
      TLSUserEvent.handshakeCompleted(negotiatedProtocol: transport?.client.applicationProtocol))
    decryptHeld(context)
    encryptPending(context)
    switch afterwards {
    case .nothing: break
    case .finishWriting: closeOutputNow(context)
    case .stopTLS: stopTLS(promise: nil)
    }
    guard self.context != nil else { return }
    readIfOwed(context, always: false)
  }

  private func handshakeTimedOut() {
    guard machine.handshakeFailed(), let context else { return }
    abandonHandshake(.givenUp)
    handshakeFailed(ConnectionError(.timedOut, "the TLS handshake with \(server(context)) takes too long"))
  }

  /// The owner hears of it, and the connection ends.
  private func handshakeFailed(_ error: ConnectionError) {
    guard let context else { return letGo(.byOwner) }
    // There may be an alert for the server.
    sendOutput(context)
    letGo(.byOwner)
    context.fireErrorCaught(error)
    closeChannel(failing: error)
  }

  /// The handshake ends before its time: what the engine makes of that may wait for the store.
  func abandonHandshake(_ ending: TransportlessClient.UnfinishedEnding) {
    isWanted.withLockedValue { $0 = false }
    cancelTimeout()
    // If a step has the session, it is let go of when that ends.
    guard let transport else { return }
    self.transport = nil
    pool.submit { state in if state == .active { transport.client.abandon(ending) } }
  }
}

extension ConnectionError {
  fileprivate static func poolIsShutDown(_ server: ServerIdentity) -> ConnectionError {
    ConnectionError(.configuration, "the thread pool for the TLS handshake with \(server) is shut down")
  }
}

extension Int64 {
  /// Of a number that may be infinite, or none.
  fileprivate init(clamping number: Double) {
    self = number.isNaN ? 0 : Int64(Swift.min(Swift.max(number, 0), 3.2e18))
  }
}

#endif
