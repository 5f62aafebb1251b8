internal import CScriptableTLSServer

/// One connection from its acceptance to its end. It belongs to the thread that runs it.
@safe final class Conversation {
  /// Owned: freed in deinit.
  let session: gnutls_session_t
  let socket: Socket
  let context: ServerContext
  let log: ObservationLog
  var seen: ObservedConnection
  var failsAtNextRead = false
  /// Application data that came before it could be answered: early data.
  private var pending: [UInt8] = []

  var script: ServerScript { context.script }

  init(socket: Socket, context: ServerContext, log: ObservationLog, seen: ObservedConnection) throws(ServerError) {
    unsafe session = try context.makeSession()
    self.socket = socket
    self.context = context
    self.log = log
    self.seen = seen
  }

  deinit { unsafe gnutls_deinit(session) }

  /// Serves the client, then closes the socket. Returns what was seen.
  func run() -> ObservedConnection {
    attachTransport()
    attachHook()
    attachTicketAnswer()
    if handshake() {
      noteParameters()
      readEarlyData()
      serve()
    }
    seen.state = .ended
    socket.close(
      resetting: seen.failedByScript && [script.failure?.action, script.failureOfResumed].contains(.reset))
    log.update(seen)
    return seen
  }

  private func handshake() -> Bool {
    var code: Int32
    repeat { code = unsafe gnutls_handshake(session) } while code < 0 && gnutls_error_is_fatal(code) == 0
    if code == 0 { return true }
    seen.handshakeError = code
    noteAlert(code)
    if !failByScript() { unsafe _ = gnutls_alert_send_appropriate(session, code) }
    return false
  }

  /// Carries out the script's failure if its moment has come. Returns whether it had.
  private func failByScript() -> Bool {
    guard seen.failedByScript, let failure = script.failure else { return false }
    fail(failure.action)
    return true
  }

  private func fail(_ action: HandshakeFailure.Action) {
    switch action {
    case .alert(let number):
      _ = unsafe gnutls_alert_send(session, GNUTLS_AL_FATAL, gnutls_alert_description_t(rawValue: UInt32(number)))
      settle()  // Closing on unread bytes would reset the connection and destroy the alert on its way.
    case .silence: socket.discardUntilEnd()
    case .close, .reset: break
    }
  }

  private func serve() {
    if script.tickets.moment == .afterHandshake { sendTickets() }
    log.update(seen)
    if script.momentOfResumedFailure == .afterHandshake, failIfResumed() { return }
    if script.ending.moment == .afterHandshake { return end() }
    var responder = Responder(script.behaviour)
    var ticketsAreDue = script.tickets.moment == .afterFirstData
    var authenticationIsDue = script.authenticatesLater
    while let data = receive() {
      if failIfResumed() { return }
      if authenticationIsDue { authenticateClient() }
      authenticationIsDue = false
      if ticketsAreDue { sendTickets() }
      ticketsAreDue = false
      guard let answer = responder.answer(to: data) else { continue }
      if !send(answer) { break }
      if script.ending.moment == .afterReply || responder.isDone { break }
    }
    end()
  }

  /// Ends a resumed connection if the script wants it so. Returns whether it did.
  private func failIfResumed() -> Bool {
    guard let failure = script.failureOfResumed, unsafe gnutls_session_is_resumed(session) != 0 else { return false }
    seen.failedByScript = true
    fail(failure)
    return true
  }

  private func authenticateClient() {
    unsafe gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST)
    var code: Int32
    repeat { code = unsafe gnutls_reauth(session, 0) } while code < 0 && gnutls_error_is_fatal(code) == 0
    seen.authenticatedLater = code == 0
  }

  private func sendTickets() {
    if script.tickets.delay > 0 { socket.waitForHangUp(milliseconds: Int32(clamping: script.tickets.delay)) }
    _ = send(script.tickets.precedingData)
    if let send = unsafe context.provider?.sendTickets {
      seen.ticketsSent += max(0, Int(unsafe send(session)))
      return
    }
    let count = ticketCount
    guard count > 0, unsafe gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 else { return }
    let code = unsafe gnutls_session_ticket_send(session, UInt32(count), 0)
    if code == 0 { seen.ticketsSent += count }
  }

  private func readEarlyData() {
    let flags = unsafe gnutls_session_get_flags(session)
    seen.acceptedEarlyData = flags & GNUTLS_SFLAGS_EARLY_DATA.rawValue != 0
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while script.maxEarlyData > 0 {
      let count = unsafe gnutls_record_recv_early_data(session, &buffer, buffer.count)
      if count <= 0 { break }
      seen.earlyDataReceived += count
      pending += buffer.prefix(count)
    }
  }

  /// Receives application data; nil at the end, whose kind is noted.
  func receive() -> [UInt8]? {
    if !pending.isEmpty {
      defer { pending = [] }
      seen.noteReceived(pending)
      log.update(seen)
      return pending
    }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe gnutls_record_recv(session, &buffer, buffer.count)
      if count > 0 {
        seen.noteReceived(buffer.prefix(count))
        log.update(seen)
        return Array(buffer.prefix(count))
      }
      if count == 0 {
        seen.clientSentCloseNotify = true
        return nil
      }
      if gnutls_error_is_fatal(Int32(count)) == 0 { continue }
      seen.receiveError = Int32(count)
      noteAlert(Int32(count))
      return nil
    }
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe gnutls_record_send(session, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if gnutls_error_is_fatal(Int32(count)) != 0 {
        return false
      }
    }
    return true
  }

  private func end() {
    if failByScript() { return }
    switch script.ending.closeNotify {
    case .sent:
      if seen.receiveError == 0 { _ = unsafe gnutls_bye(session, GNUTLS_SHUT_WR) }
      fallthrough
    case .omitted: settle()
    case .withheld:
      while seen.receiveError == 0 && !seen.clientSentCloseNotify && receive() != nil {}
      log.update(seen)
      socket.discardUntilEnd()
    }
  }

  /// Ends the writing, then reads what the client still sends, for a while: its close_notify is to be seen, and
  /// what was sent must not be destroyed by a reset.
  private func settle() {
    socket.endWriting()
    failsAtNextRead = false
    while !seen.clientSentCloseNotify && seen.receiveError == 0 && seen.handshakeError == 0
      && socket.waitToRead(milliseconds: 2_000) && receive() != nil
    {}
    if seen.handshakeError != 0 || seen.receiveError != 0 { socket.discardUntilEnd(within: 2_000) }
  }

  private func noteAlert(_ code: Int32) {
    if code == GNUTLS_E_FATAL_ALERT_RECEIVED || code == GNUTLS_E_WARNING_ALERT_RECEIVED {
      seen.alertReceived = UInt8(truncatingIfNeeded: unsafe gnutls_alert_get(session).rawValue)
    }
  }
}
