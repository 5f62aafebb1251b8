internal import CGnuTLS
internal import Glibc

/// A `gnutls_session_t` over a socket, owned: made, set up, and freed before the socket is.
@safe
final class ClientSession {
  let handle: SessionHandle
  let socket: TCPSocket
  // Kept as long as the session, which borrows them.
  private let credentials: Credentials
  /// What the system said when a call failed.
  private var transportError: Int32 = 0
  /// How long the server took to send its first bytes, in milliseconds; 0 before.
  private(set) var answerMilliseconds = 0.0
  /// The last call had to wait for the socket.
  private(set) var hasWaited = false

  /// - Parameter sharesOneKey: Send a key share for the leading group only.
  init(socket: consuming TCPSocket, credentials: Credentials, sharesOneKey: Bool) throws(GnuTLSError) {
    var session: gnutls_session_t?
    let flags = sharesOneKey ? GNUTLS_KEY_SHARE_TOP.rawValue : 0
    try GnuTLSError.check(unsafe cgnutls_init_nonblocking_client(&session, flags))
    guard let session = unsafe session else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    handle = unsafe SessionHandle(session)
    self.socket = socket
    self.credentials = credentials
    unsafe cgnutls_transport_set_descriptor(session, self.socket.descriptor)
    try GnuTLSError.check(
      unsafe gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.pointer)))
  }

  deinit { unsafe gnutls_deinit(handle.pointer) }

  /// Sets the server name for SNI, if it is one that has a place there.
  func setServerName(_ given: String) throws(GnuTLSError) {
    let name = ServerName(given)
    guard !name.isCut else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    guard let name = name.forSNI else { return }
    try GnuTLSError.check(
      unsafe name.withCString { unsafe gnutls_server_name_set(handle.pointer, GNUTLS_NAME_DNS, $0, name.utf8.count) })
  }

  func setApplicationProtocols(_ names: [String]) throws(GnuTLSError) {
    guard !names.isEmpty else { return }
    // GnuTLS would send an empty one, which RFC 7301 forbids (section 3.1): the server would break the handshake off.
    guard names.allSatisfy({ !$0.isEmpty }) else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    try handle.setApplicationProtocols(names)
  }

  /// Has the peer verified inside a full handshake, before the client shows its own certificate.
  func verifyInHandshake() {
    unsafe gnutls_session_set_verify_output_function(handle.pointer, PathWatch.function)
    unsafe gnutls_session_set_verify_function(handle.pointer) { session in
      guard let session = unsafe session,
        let context = unsafe SessionRegistry.context(of: SessionHandle(session)),
        let verifier = context.setup.verifier
      else { return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR }
      do throws(VerificationFailure) {
        context.verified(
          .success(try verifier.verify(context.session, now: context.setup.now, isWatched: true)))
        return 0
      } catch {
        context.verified(.failure(error))
        return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR
      }
    }
  }

  /// Repeats a call of GnuTLS until it is through, waiting for the socket where it would block.
  /// - Parameter context: Counts the tickets. GnuTLS answers "again" for a ticket too, and may hold more in its own
  ///   buffers: then waiting for the socket would be in vain.
  /// - Returns: What the call returned, or nil at the deadline.
  func repeating(
    until deadline: Deadline?, tickets context: SessionContext? = nil, _ call: (SessionHandle) -> Int
  ) -> Int? {
    hasWaited = false
    while true {
      let before = context?.capture.received
      let result = call(handle)
      if result < 0 { transportError = errno }
      guard result < 0, gnutls_error_is_fatal(Int32(clamping: result)) == 0 else { return result }
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
    /// The server hasn't sent a byte before the deadline for its answer.
    case unanswered
    case timedOut
  }

  /// Makes the handshake.
  /// - Parameter answer: When the server must have begun to answer.
  func shakeHands(until deadline: Deadline, answerBy answer: Deadline) -> HandshakeEnd {
    let start = Deadline.present
    // Sends the ClientHello, if the socket takes it at once, as a new one does.
    let first = Int(unsafe gnutls_handshake(handle.pointer))
    if first < 0 { transportError = errno }
    if first == Int(GNUTLS_E_AGAIN), unsafe gnutls_record_get_direction(handle.pointer) == 0 {
      guard socket.wait(toWrite: false, until: answer) else { return deadline.hasPassed ? .timedOut : .unanswered }
    } else if first >= 0 || gnutls_error_is_fatal(Int32(clamping: first)) != 0 {
      return .result(first)
    }
    answerMilliseconds = start.millisecondsAgo
    guard let result = repeating(until: deadline, { unsafe Int(gnutls_handshake($0.pointer)) }) else {
      return .timedOut
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
