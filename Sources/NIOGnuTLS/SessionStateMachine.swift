#if NIO

/// What a connection's events ask for, in each of its states. It does nothing itself: it answers what is to be done.
struct SessionStateMachine {
  private enum State: Equatable {
    /// There is no connection yet.
    case idle
    case handshaking(Handshake)
    case active(Directions)
    /// The session ends in order.
    case leaving(Purpose, Phase)
    /// The session is over, and the connection goes on in the clear.
    case unwrapped
    case closed
  }

  /// A handshake's step has the session on another thread, or bytes are awaited.
  private struct Handshake: Equatable {
    var isStepRunning = true
    /// Bytes have come while a step was running.
    var hasMore = false
    var afterwards = Deferred.nothing
  }

  /// Which directions a close_notify has not ended yet.
  private struct Directions: Equatable {
    var input = true
    var output = true
  }

  /// What is done once the session has ended.
  private enum Purpose: Equatable {
    case close, unwrap
  }

  private enum Phase: Equatable {
    /// Our close_notify is sent, the peer's awaited.
    case awaitingPeer
    /// Both are through, and the tickets are being stored.
    case storing
  }

  private var state = State.idle

  // MARK: Beginning

  /// The connection stands.
  /// - Returns: Whether the handshake is to begin.
  mutating func connected() -> Bool {
    guard case .idle = state else { return false }
    state = .handshaking(Handshake())
    return true
  }

  /// TLS itself needs what the peer sends, whether the owner reads or not.
  var needsBytes: Bool {
    switch state {
    case .handshaking, .leaving(_, .awaitingPeer): true
    default: false
    }
  }

  /// Nobody has ended the handshake before its time, nor itself.
  var isHandshaking: Bool {
    if case .handshaking = state { return true }
    return false
  }

  /// What was put off until the handshake's end.
  enum Deferred: Equatable {
    case nothing, finishWriting, stopTLS
  }

  enum AfterStep: Equatable {
    case awaitBytes
    /// Another step, with what has come meanwhile.
    case step
    case complete(Deferred)
    /// Nobody wants the handshake any more.
    case abandon
  }

  /// A step has ended, without an error.
  mutating func stepEnded(isOver: Bool) -> AfterStep {
    guard case .handshaking(var handshake) = state else { return .abandon }
    if isOver {
      state = .active(Directions())
      return .complete(handshake.afterwards)
    }
    handshake.isStepRunning = handshake.hasMore
    defer { state = .handshaking(handshake) }
    guard handshake.hasMore else { return .awaitBytes }
    handshake.hasMore = false
    return .step
  }

  /// The handshake has failed, or takes too long.
  /// - Returns: Whether anybody wants to know.
  mutating func handshakeFailed() -> Bool {
    guard case .handshaking = state else { return false }
    state = .closed
    return true
  }

  // MARK: Reading

  enum Received: Equatable {
    /// Kept until the step, or the session's end, is through.
    case hold
    case step
    case decrypt
    /// It is no TLS.
    case passOn
    case ignore
  }

  /// Bytes have come.
  mutating func received() -> Received {
    switch state {
    case .idle, .closed: return .ignore
    case .handshaking(var handshake):
      defer { state = .handshaking(handshake) }
      if handshake.isStepRunning {
        handshake.hasMore = true
        return .hold
      }
      handshake.isStepRunning = true
      return .step
    // Behind a close_notify nothing is TLS's any more.
    case .active(let directions): return directions.input ? .decrypt : .ignore
    case .leaving(_, .awaitingPeer): return .decrypt
    case .leaving(.unwrap, .storing): return .hold
    case .leaving(.close, .storing): return .ignore
    case .unwrapped: return .passOn
    }
  }

  enum PeerClosed: Equatable {
    case signalInputClosed
    /// The session is over: after our own close_notify, if it hasn't been sent.
    case finish(saysGoodbye: Bool)
    case ignore
  }

  /// The peer's close_notify has come.
  mutating func peerClosed(allowsHalfClosure: Bool) -> PeerClosed {
    switch state {
    case .active(var directions) where directions.input:
      if allowsHalfClosure, directions.output {
        directions.input = false
        state = .active(directions)
        return .signalInputClosed
      }
      state = .leaving(.close, .storing)
      return .finish(saysGoodbye: directions.output)
    case .leaving(let purpose, .awaitingPeer):
      state = .leaving(purpose, .storing)
      return .finish(saysGoodbye: false)
    default: return .ignore
    }
  }

  /// What has come can't be decrypted, or was a fatal alert; or nothing can be sent.
  /// - Returns: Whether the connection is to be closed.
  mutating func broke() -> Bool {
    switch state {
    case .active, .leaving(_, .awaitingPeer):
      state = .closed
      return true
    default: return false
    }
  }

  // MARK: Writing

  enum Write: Equatable {
    case queue
    case passOn
    case refuse(Refusal)
  }

  enum Refusal: Equatable {
    case outputClosed, channelClosed
  }

  var write: Write {
    switch state {
    case .idle, .handshaking: .queue
    case .active(let directions): directions.output ? .queue : .refuse(.outputClosed)
    case .leaving: .refuse(.outputClosed)
    case .unwrapped: .passOn
    case .closed: .refuse(.channelClosed)
    }
  }

  /// Whether what is queued may be encrypted now.
  var mayEncrypt: Bool {
    if case .active(let directions) = state { return directions.output }
    return false
  }

  // MARK: Ending

  enum Ending: Equatable {
    /// It is for the next handler.
    case passOn
    /// The handshake is given up.
    case abandon
    /// Until the handshake is over.
    case putOff
    /// Our close_notify, if it hasn't been sent, and then the peer's.
    case leave(saysGoodbye: Bool, awaitsPeer: Bool)
    /// Only our close_notify.
    case finishWriting
    /// The same as another that is under way.
    case join
    case refuse
  }

  /// The owner closes the connection.
  mutating func close() -> Ending {
    switch state {
    case .idle:
      state = .closed
      return .passOn
    case .closed, .unwrapped: return .passOn
    case .handshaking:
      state = .closed
      return .abandon
    case .active(let directions): return leave(.close, directions)
    case .leaving(_, let phase):
      // Closing is more than unwrapping.
      state = .leaving(.close, phase)
      return .join
    }
  }

  /// The owner will write no more.
  mutating func closeOutput() -> Ending {
    switch state {
    case .idle, .closed, .unwrapped: return .passOn
    case .handshaking(var handshake):
      if handshake.afterwards == .nothing { handshake.afterwards = .finishWriting }
      state = .handshaking(handshake)
      return .putOff
    case .active(var directions):
      guard directions.output else { return .passOn }
      // Both directions are closed then.
      guard directions.input else { return leave(.close, directions) }
      directions.output = false
      state = .active(directions)
      return .finishWriting
    case .leaving: return .join
    }
  }

  /// The owner takes TLS from the connection.
  mutating func stopTLS() -> Ending {
    switch state {
    case .idle:
      state = .unwrapped
      return .passOn
    case .handshaking(var handshake):
      handshake.afterwards = .stopTLS
      state = .handshaking(handshake)
      return .putOff
    case .active(let directions): return leave(.unwrap, directions)
    case .leaving: return .join
    case .unwrapped: return .passOn
    case .closed: return .refuse
    }
  }

  private mutating func leave(_ purpose: Purpose, _ directions: Directions) -> Ending {
    state = .leaving(purpose, directions.input ? .awaitingPeer : .storing)
    return .leave(saysGoodbye: directions.output, awaitsPeer: directions.input)
  }

  enum Left: Equatable {
    case close
    case unwrap
    /// The peer's close_notify hasn't come in time: what it has still sent isn't known to be in the clear.
    case unwrapLate
    case nothing
  }

  /// The tickets are stored.
  mutating func stored() -> Left {
    switch state {
    case .leaving(.close, .storing):
      state = .closed
      return .close
    case .leaving(.unwrap, .storing):
      state = .unwrapped
      return .unwrap
    default: return .nothing
    }
  }

  /// The peer's close_notify, or the store, takes too long.
  mutating func leavingTimedOut() -> Left {
    switch state {
    case .leaving(.close, _):
      state = .closed
      return .close
    case .leaving(.unwrap, let phase):
      state = .unwrapped
      return phase == .storing ? .unwrap : .unwrapLate
    default: return .nothing
    }
  }

  enum InputEnd: Equatable {
    /// As it should.
    case expected
    /// The owner has been told that nothing more comes.
    case known
    case duringHandshake
    /// Without a close_notify: data may be missing.
    case truncated
    /// While the session was being ended: by the owner, who wants no data any more; or for going on without TLS.
    case whileClosing, whileUnwrapping
  }

  /// The connection is gone.
  mutating func disconnected() -> InputEnd {
    defer { state = .closed }
    switch state {
    case .idle, .closed, .unwrapped, .active(Directions(input: false, output: true)),
      .active(Directions(input: false, output: false)):
      return .expected
    case .handshaking: return .duringHandshake
    case .active: return .truncated
    case .leaving(.close, _): return .whileClosing
    case .leaving(.unwrap, _): return .whileUnwrapping
    }
  }

  /// The peer has ended its direction of the connection (TCP FIN), and the other one stays.
  mutating func inputEnded() -> InputEnd {
    switch state {
    case .idle, .closed, .unwrapped: return .expected
    case .handshaking:
      state = .closed
      return .duringHandshake
    case .active(var directions):
      guard directions.input else { return .known }
      directions.input = false
      state = .active(directions)
      return .truncated
    case .leaving(.close, .awaitingPeer):
      state = .leaving(.close, .storing)
      return .whileClosing
    case .leaving(.unwrap, .awaitingPeer):
      state = .closed
      return .whileUnwrapping
    case .leaving: return .expected
    }
  }
}

#endif
