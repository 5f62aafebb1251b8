import Testing

@testable import NIOGnuTLS

@Suite("The session's state machine")
struct SessionStateMachineTests {
  private static func active() -> SessionStateMachine {
    var machine = SessionStateMachine()
    _ = machine.connected()
    _ = machine.stepEnded(isOver: true)
    return machine
  }

  @Test("the handshake begins once")
  func begins() {
    var machine = SessionStateMachine()
    #expect(machine.received() == .ignore)
    #expect(machine.connected() == true)
    #expect(machine.connected() == false)
  }

  @Test("bytes that come during a step wait for its end, and bring the next")
  func steps() {
    var machine = SessionStateMachine()
    _ = machine.connected()
    #expect(machine.received() == .hold)
    #expect(machine.received() == .hold)
    #expect(machine.stepEnded(isOver: false) == .step)
    #expect(machine.stepEnded(isOver: false) == .awaitBytes)
    #expect(machine.received() == .step)
    #expect(machine.received() == .hold)
    #expect(machine.stepEnded(isOver: true) == .complete(.nothing))
    #expect(machine.received() == .decrypt)
  }

  @Test("nothing is encrypted before the handshake's end, nor after the goodbye")
  func encrypts() {
    var machine = SessionStateMachine()
    #expect(machine.write == .queue && !machine.mayEncrypt)
    _ = machine.connected()
    #expect(machine.write == .queue && !machine.mayEncrypt)
    _ = machine.stepEnded(isOver: true)
    #expect(machine.write == .queue && machine.mayEncrypt)
    #expect(machine.closeOutput() == .finishWriting)
    #expect(machine.write == .refuse(.outputClosed) && !machine.mayEncrypt)
  }

  @Test("a handshake that is closed is given up, whenever its step ends")
  func givesUp() {
    var machine = SessionStateMachine()
    _ = machine.connected()
    #expect(machine.close() == .abandon)
    #expect(machine.stepEnded(isOver: true) == .abandon)
    #expect(machine.handshakeFailed() == false)
    #expect(machine.write == .refuse(.channelClosed))
    #expect(machine.disconnected() == .expected)
  }

  @Test("what is asked for during the handshake is done after it, and the most of it")
  func putsOff() {
    var machine = SessionStateMachine()
    _ = machine.connected()
    #expect(machine.closeOutput() == .putOff)
    #expect(machine.stopTLS() == .putOff)
    #expect(machine.closeOutput() == .putOff)
    #expect(machine.stepEnded(isOver: true) == .complete(.stopTLS))
  }

  @Test("closing says goodbye, awaits the peer's, stores, and ends")
  func closes() {
    var machine = Self.active()
    #expect(machine.close() == .leave(saysGoodbye: true, awaitsPeer: true))
    #expect(machine.close() == .join)
    #expect(machine.received() == .decrypt)
    #expect(machine.stored() == .nothing)
    #expect(machine.peerClosed(allowsHalfClosure: false) == .finish(saysGoodbye: false))
    #expect(machine.peerClosed(allowsHalfClosure: false) == .ignore)
    #expect(machine.received() == .ignore)
    #expect(machine.stored() == .close)
    #expect(machine.close() == .passOn)
  }

  @Test("the peer's goodbye ends the session, unless half of it may stay")
  func peerCloses() {
    var machine = Self.active()
    #expect(machine.peerClosed(allowsHalfClosure: false) == .finish(saysGoodbye: true))
    machine = Self.active()
    #expect(machine.peerClosed(allowsHalfClosure: true) == .signalInputClosed)
    #expect(machine.mayEncrypt)
    #expect(machine.received() == .ignore)
    #expect(machine.closeOutput() == .leave(saysGoodbye: true, awaitsPeer: false))
    #expect(machine.stored() == .close)
  }

  @Test("both halves closed, in either order, is all of it")
  func halves() {
    var machine = Self.active()
    #expect(machine.closeOutput() == .finishWriting)
    #expect(machine.closeOutput() == .passOn)
    #expect(machine.peerClosed(allowsHalfClosure: true) == .finish(saysGoodbye: false))
    machine = Self.active()
    _ = machine.peerClosed(allowsHalfClosure: true)
    #expect(machine.close() == .leave(saysGoodbye: true, awaitsPeer: false))
  }

  @Test("TLS can be taken from a connection that never had it")
  func stopsIdle() {
    var machine = SessionStateMachine()
    #expect(machine.stopTLS() == .passOn)
    #expect(machine.received() == .passOn)
    #expect(machine.write == .passOn)
    #expect(machine.connected() == false)
  }

  @Test("unwrapping keeps what comes behind the peer's goodbye")
  func unwraps() {
    var machine = Self.active()
    #expect(machine.stopTLS() == .leave(saysGoodbye: true, awaitsPeer: true))
    #expect(machine.stopTLS() == .join)
    #expect(machine.peerClosed(allowsHalfClosure: true) == .finish(saysGoodbye: false))
    #expect(machine.received() == .hold)
    #expect(machine.stored() == .unwrap)
    #expect(machine.received() == .passOn)
    #expect(machine.stopTLS() == .passOn)
  }

  @Test("closing is more than unwrapping")
  func closesWhileUnwrapping() {
    var machine = Self.active()
    _ = machine.stopTLS()
    #expect(machine.close() == .join)
    _ = machine.peerClosed(allowsHalfClosure: false)
    #expect(machine.stored() == .close)
    #expect(machine.stopTLS() == .refuse)
  }

  @Test("a goodbye that doesn't come is awaited no longer than the limit")
  func timesOut() {
    var machine = Self.active()
    #expect(machine.leavingTimedOut() == .nothing)
    _ = machine.close()
    #expect(machine.leavingTimedOut() == .close)
    #expect(machine.leavingTimedOut() == .nothing)
    machine = Self.active()
    _ = machine.stopTLS()
    #expect(machine.leavingTimedOut() == .unwrapLate)
    machine = Self.active()
    _ = machine.stopTLS()
    _ = machine.peerClosed(allowsHalfClosure: false)
    #expect(machine.leavingTimedOut() == .unwrap)
    #expect(machine.stored() == .nothing)
  }

  @Test("an end of the connection is an error where data may be missing, and only there")
  func disconnects() {
    var machine = SessionStateMachine()
    #expect(machine.disconnected() == .expected)
    machine = SessionStateMachine()
    _ = machine.connected()
    #expect(machine.disconnected() == .duringHandshake)
    machine = Self.active()
    #expect(machine.disconnected() == .truncated)
    machine = Self.active()
    _ = machine.closeOutput()
    #expect(machine.disconnected() == .truncated)
    machine = Self.active()
    _ = machine.peerClosed(allowsHalfClosure: true)
    #expect(machine.disconnected() == .expected)
    machine = Self.active()
    _ = machine.close()
    #expect(machine.disconnected() == .whileClosing)
    machine = Self.active()
    _ = machine.stopTLS()
    #expect(machine.disconnected() == .whileUnwrapping)
  }

  @Test("a half of the connection that ends without a goodbye is told once")
  func endsInput() {
    var machine = Self.active()
    #expect(machine.inputEnded() == .truncated)
    #expect(machine.inputEnded() == .known)
    #expect(machine.mayEncrypt)
    machine = SessionStateMachine()
    #expect(machine.inputEnded() == .expected)
    _ = machine.connected()
    #expect(machine.inputEnded() == .duringHandshake)
    #expect(machine.stepEnded(isOver: true) == .abandon)
    machine = Self.active()
    _ = machine.close()
    #expect(machine.inputEnded() == .whileClosing)
    #expect(machine.stored() == .close)
    machine = Self.active()
    _ = machine.stopTLS()
    #expect(machine.inputEnded() == .whileUnwrapping)
  }

  @Test("what is none of TLS ends it once, and nothing that is over")
  func breaks() {
    var machine = SessionStateMachine()
    #expect(machine.broke() == false)
    machine = Self.active()
    #expect(machine.broke() == true)
    #expect(machine.broke() == false)
    machine = Self.active()
    _ = machine.peerClosed(allowsHalfClosure: false)
    #expect(machine.broke() == false)
  }

  @Test("TLS reads by itself in the handshake and for the peer's goodbye")
  func needsBytes() {
    var machine = SessionStateMachine()
    #expect(!machine.needsBytes)
    _ = machine.connected()
    #expect(machine.needsBytes)
    _ = machine.stepEnded(isOver: true)
    #expect(!machine.needsBytes)
    _ = machine.close()
    #expect(machine.needsBytes)
    _ = machine.peerClosed(allowsHalfClosure: false)
    #expect(!machine.needsBytes)
  }
}
