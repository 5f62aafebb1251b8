internal import CGnuTLS
internal import Glibc

/// A `gnutls_session_t` over a socket, owned: made, set up, and freed before the socket is.
@safe
final class ClientSession {
  let handle: SessionHandle
  private(set) var socket: TCPSocket
  // Kept as long as the session, which borrows them.
  private let credentials: Credentials
  /// What the system said when a call failed.
  private var transportError: Int32 = 0
  /// How long the server took to send its first bytes, in milliseconds; 0 before.
  private(set) var answerMilliseconds = 0.0
  /// The last call had to wait for the socket.
  private(set) var hasWaited = false
  /// Holds the first flight back, where early data are in it, or where the SYN waits for it.
  private var flight: OutgoingFlight?
  /// Its first flight is held back for early data.
  private(set) var isForEarlyData = false

  /// - Parameter sharesOneKey: Send a key share for the leading group only.
  init(socket: consuming TCPSocket, credentials: Credentials, sharesOneKey: Bool) throws(GnuTLSError) {
    handle = try Self.makeSession(credentials, sharesOneKey: sharesOneKey)
    self.socket = socket
    self.credentials = credentials
    unsafe cgnutls_transport_set_descriptor(handle.pointer, self.socket.descriptor)
    if self.socket.isWaiting {
      flight = unsafe OutgoingFlight(of: handle.pointer, to: self.socket.descriptor, hasEarlyData: false)
    }
  }

  private static func makeSession(
    _ credentials: Credentials, sharesOneKey: Bool
  ) throws(GnuTLSError) -> SessionHandle {
    var session: gnutls_session_t?
    let flags = sharesOneKey ? GNUTLS_KEY_SHARE_TOP.rawValue : 0
    try GnuTLSError.check(unsafe cgnutls_init_nonblocking_client(&session, flags))
    guard let session = unsafe session else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    let code = unsafe gnutls_credentials_set(
      session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.pointer))
    guard code >= 0 else {
      unsafe gnutls_deinit(session)
      throw GnuTLSError(code)
    }
    return unsafe SessionHandle(session)
  }

  /// Holds the first flight back, as early data are to be in it: before the handshake.
  func holdFirstFlight() {
    flight = unsafe OutgoingFlight(of: handle.pointer, to: socket.descriptor, hasEarlyData: true)
    isForEarlyData = true
  }

  /// Some of a flight with early data may have reached the server.
  var hasSentEarlyData: Bool { isForEarlyData && flight?.isSent == true }

  /// What left with the SYN has been answered by nobody: a router on the way may not let such SYNs, or what follows, pass.
  var isUnansweredSYN: Bool { socket.hasSentWithSYN && handle.hasNoAnswer }

  deinit { unsafe gnutls_deinit(handle.pointer) }

  /// Repeats a call of GnuTLS until it is through, waiting for the socket where it would block.
  /// - Parameters:
  ///   - context: Counts the tickets. GnuTLS answers "again" for a ticket too, and may hold more in its own
  ///     buffers: then waiting for the socket would be in vain.
  ///   - isEnough: Asked after each call that isn't through.
  /// - Returns: What the call returned, or nil at the deadline, or if it is enough.
  func repeating(
    until deadline: Deadline?, tickets context: SessionContext? = nil, orIf isEnough: () -> Bool = { false },
    _ call: (SessionHandle) -> Int
  ) -> Int? {
    hasWaited = false
    while true {
      let before = context?.capture.received
      let result = call(handle)
      if result < 0 { transportError = errno }
      guard result < 0, gnutls_error_is_fatal(Int32(clamping: result)) == 0 else { return result }
      if isEnough() { return nil }
      if let deadline, deadline.hasPassed { return nil }
      // Anything else that isn't fatal, such as a warning, is over with the call.
      guard result == Int(GNUTLS_E_AGAIN), context?.capture.received == before else { continue }
      hasWaited = true
      let toWrite = unsafe gnutls_record_get_direction(handle.pointer) == 1
      guard socket.wait(toWrite: toWrite, until: deadline) else { return nil }
    }
  }

  /// What became of a handshake.
  enum HandshakeEnd {
    /// What GnuTLS returned.
    case result(Int)
    /// The connection that was to be opened with the first flight doesn't stand.
    case notOpened(ConnectionError)
    /// The server hasn't sent a byte before the deadline for its answer.
    case unanswered
    case timedOut
  }

  /// Makes the handshake; connects before, if that has waited for the first flight.
  /// - Parameters:
  ///   - deadline: With early data only until the server must have answered: after a HelloRetryRequest GnuTLS would wait for
  ///     ever.
  ///   - answer: When the server must have begun to answer; asked once TCP stands.
  func shakeHands(until deadline: Deadline, answerBy answer: () -> Deadline) -> HandshakeEnd {
    let start = Deadline.present
    // Sends the ClientHello, if the socket takes it at once, as a new one does.
    let first = Int(unsafe gnutls_handshake(handle.pointer))
    if first < 0 { transportError = errno }
    if first == Int(GNUTLS_E_AGAIN), let flight {
      do throws(ConnectionError) { try socket.open(with: flight) } catch { return .notOpened(error) }
    }
    let answer = answer()
    let deadline = isForEarlyData ? answer : deadline
    if first == Int(GNUTLS_E_AGAIN), let flight {
      switch flight.release(waiting: { socket.wait(toWrite: true, until: answer) }) {
      case 0?: break
      case let code?:
        transportError = code
        return .result(Int(GNUTLS_E_PUSH_ERROR))
      case nil: return deadline.hasPassed ? .timedOut : .unanswered
      }
    }
    if first == Int(GNUTLS_E_AGAIN), unsafe gnutls_record_get_direction(handle.pointer) == 0 {
      guard socket.wait(toWrite: false, until: answer) else { return deadline.hasPassed ? .timedOut : .unanswered }
    } else if first >= 0 || gnutls_error_is_fatal(Int32(clamping: first)) != 0 {
      return .result(first)
    }
    answerMilliseconds = start.millisecondsAgo
    guard let result = repeating(until: deadline, { unsafe Int(gnutls_handshake($0.pointer)) }) else {
      return .timedOut
    }
    if let flight {
      flight.handshakeHasEnded()
      // Only who has taken early data may have closed already, having answered.
      if result >= 0, flight.breakingError != 0, !handle.hasAcceptedEarlyData {
        transportError = flight.breakingError
        return .result(Int(GNUTLS_E_PUSH_ERROR))
      }
    }
    return .result(result)
  }

  /// An error that GnuTLS returned, with the alert that came with it.
  func error(_ result: Int) -> GnuTLSError {
    let code = Int32(clamping: result)
    let isTransport = code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR
    return GnuTLSError(
      code, alert: code == GNUTLS_E_FATAL_ALERT_RECEIVED ? handle.lastAlert : nil,
      errno: isTransport ? transportError : 0)
  }
}
