internal import CGnuTLS
internal import GnuTLSResumption
internal import SessionTickets
internal import SessionTicketsLocking

/// One client session of the program's, from `gnutls_init` to `gnutls_deinit`: each event a method.
///
/// Used by whichever thread uses the session, as GnuTLS itself; one may receive while another sends.
@safe
final class ForeignSession: @unchecked Sendable {
  /// How far it is, and what holds then.
  private enum State {
    /// It is being set up.
    case unstarted
    /// A ticket may have been offered: the program's check is due when the handshake ends, whatever happens meanwhile.
    case handshaking(HandshakeAttempt)
    /// Resumed, and the program's check is being called, or wants to be called again: nothing passes before.
    case checking(HandshakeAttempt)
    /// The handshake is done, and the check that GnuTLS makes within it has passed.
    case established(ForeignConnection)
    /// Left alone, or refused.
    case over
  }

  private let session: gnutls_session_t
  /// That made it: a forked one has a copy.
  private let process = ProcessGeneration.current
  private let flags: UInt32
  var address: UInt { unsafe UInt(bitPattern: session) }

  var setup = SessionSetup()
  private var state = State.unstarted
  /// A call was missed that belongs to the session's identity or verification: nothing is kept, but the check stays due.
  private var hasMissedCalls = false
  /// Who rejects a peer sends it nothing. Set by the thread that sends.
  var hasSentData = false
  /// Of the check that was made in GnuTLS's stead.
  private(set) var certificateStatus: UInt32?
  private var log: SessionLog
  /// Of the client's certificate, when the handshake began.
  private var certificateDigest: [UInt8]?

  init(_ session: gnutls_session_t, flags: UInt32) {
    unsafe self.session = unsafe session
    self.flags = flags
    log = SessionLog(clearedNoTickets: flags != SessionFlags.changed(flags))
  }

  deinit { unsafe Refusals.remove(session) }

  // MARK: Handshake

  /// The program's check is due when the handshake ends, or has refused the peer.
  var isCheckDue: Bool {
    switch state {
    // GnuTLS, and not the engine, lets the program resume by itself: nobody made a check there without the engine either.
    case .handshaking(let attempt): !attempt.isProgramsOwn
    case .checking: true
    case .unstarted, .established, .over: unsafe Refusals.code(session) != 0
    }
  }

  /// Before each call of `gnutls_handshake`: the first finds and offers a ticket.
  /// - Returns: Whether GnuTLS has ended its part, and is not to be called.
  func handshakeBegins() -> Bool {
    guard unsafe Refusals.code(session) == 0 else { return true }
    if hasMissedCalls { leaveAlone() }
    switch state {
    case .unstarted: start()
    case .established: if isRenegotiation { leaveAlone() }
    case .checking: return true
    case .handshaking, .over: break
    }
    return false
  }

  /// Under TLS 1.3 it is but a change of keys.
  private var isRenegotiation: Bool { unsafe gnutls_protocol_get_version(session) != GNUTLS_TLS1_3 }

  /// A handshake is made in which nothing can be offered nor checked: within another call of GnuTLS's or of the engine's,
  /// or with little stack.
  func handshakePasses() {
    switch state {
    case .unstarted: state = .over
    case .established(let connection):
      // The end of a false start isn't another handshake.
      if !connection.attachment.isFalseStartUnderWay, isRenegotiation { hasMissedCalls = true }
    case .handshaking, .checking, .over: break
    }
  }

  private func start() {
    log.begin()
    do throws(LeftAlone) {
      guard !Engine.hasUnseenCalls else { throw .hasUnseenCalls }
      guard !Engine.hasOtherRoot else { throw .hasOtherRoot }
      let transport = setup.hasOwnTransport ? nil : unsafe Transport(of: session)
      let plan = try unsafe setup.plan(for: session, flags: flags, port: transport?.peerPort ?? 0)
      log.server = plan.identity.server
      certificateDigest = plan.identity.clientCertificate
      state = .handshaking(
        HandshakeAttempt(
          attachment: try attach(plan), choosesCertificate: plan.choosesCertificate,
          isTrustPending: plan.policy.isTrustPending, isProgramsOwn: plan.own != nil,
          nagleOff: transport.flatMap { NagleOff($0) }))
      // Who has spoken before may be going to use this session for others while it lives, as FTPS does.
      if transport?.peerPort == 0 || Engine.reusesLiveSessions { held?.holdNewestTicket() }
    } catch {
      tell(.leftAlone(error))
      state = .over
      unsafe setup.hook?.install(on: session)
    }
  }

  private func attach(_ plan: SessionPlan) throws(LeftAlone) -> ForeignAttachment {
    do throws(GnuTLSError) {
      return unsafe try ForeignAttachment(
        Engine.resumption, to: session, identity: plan.identity, policy: plan.policy, hook: setup.hook?.chained,
        offering: plan.own)
    } catch {
      throw plan.own == nil ? .engineFailed : .resumesByItself
    }
  }

  /// What comes of a call of `gnutls_handshake`.
  @safe
  enum HandshakeEnd {
    /// The program gets this.
    case result(Int32)
    /// The program's check is to be called first, by who isn't in the midst of anything: it may never return.
    case callsCheck(@convention(c) (gnutls_session_t?) -> Int32)
  }

  /// After each call of `gnutls_handshake`.
  func handshakeReturned(_ result: Int32) -> HandshakeEnd {
    switch state {
    case .unstarted, .established, .over:
      let refusal = unsafe Refusals.code(session)
      return .result(refusal != 0 ? refusal : result)
    case .handshaking(var attempt):
      // The handshake goes on with the next call.
      if result < 0, gnutls_error_is_fatal(result) == 0 { return .result(result) }
      if result < 0 {
        if !Engine.hasOtherRoot { attempt.failed(result) }
        if let attachment = attempt.held { tell(.failed(result, attachment.outcome)) }
        end(attempt)
        return .result(result)
      }
      judge(&attempt)
      return check(attempt, result)
    case .checking(let attempt):
      return check(attempt, result)
    }
  }

  /// Has the engine judge the peer, once the program has loaded its trust.
  private func judge(_ attempt: inout HandshakeAttempt) {
    guard attempt.isTrustPending else { return attempt.succeeded() }
    if let policy = unsafe SessionCredentials.loadedPolicy(of: session) { attempt.succeeded(by: policy) }
  }

  /// Makes the program's check in GnuTLS's stead, which calls it in a full handshake and in no resumed one.
  private func check(_ attempt: HandshakeAttempt, _ result: Int32) -> HandshakeEnd {
    let check = check
    let isResumed = unsafe gnutls_session_is_resumed(session) != 0
    if isResumed, attempt.mayMissMessages, !attempt.isProgramsOwn {
      return .result(checked(attempt, GNUTLS_E_CERTIFICATE_ERROR, nil))
    }
    guard isResumed, !attempt.isProgramsOwn, let check else {
      establish(attempt, isChecked: check != nil)
      return .result(result)
    }
    switch check {
    case .function(let function):
      state = .checking(attempt)
      return unsafe .callsCheck(function)
    case .certificate(let check):
      let (code, status) = unsafe check.run(session)
      return .result(checked(attempt, code, status))
    }
  }

  /// After the call of the program's function.
  /// - Returns: What the program is to get.
  func checkReturned(_ result: Int32) -> Int32 {
    let code = ProgramCheck.code(ofFunction: result)
    guard case .checking(let attempt) = state else { return code }
    return checked(attempt, code, nil)
  }

  private func checked(_ attempt: HandshakeAttempt, _ code: Int32, _ status: UInt32?) -> Int32 {
    certificateStatus = status
    unsafe Refusals.set(session, code)
    if code == 0 {
      var attempt = attempt
      if attempt.isTrustPending { judge(&attempt) }
      establish(attempt, isChecked: true)
    } else if code < 0, gnutls_error_is_fatal(code) == 0 {
      // As after a full handshake, in which the program's function may ask to be called again.
      state = .checking(attempt)
    } else {
      refuse(attempt)
    }
    return code
  }

  /// As after a full handshake that failed: the connection is of no use.
  private func refuse(_ attempt: HandshakeAttempt) {
    if let attachment = attempt.held {
      tell(.refused(attachment.outcome))
      if !Engine.hasOtherRoot { attachment.distrust() }
    }
    end(attempt)
  }

  private func establish(_ attempt: HandshakeAttempt, isChecked: Bool) {
    guard let attachment = attempt.held else { return end(attempt) }
    tell(.done(attachment.outcome))
    let hasShownChosenCertificate =
      unsafe attempt.choosesCertificate && gnutls_certificate_client_get_request_status(session) != 0
    state = .established(
      ForeignConnection(
        attachment, nagleOff: attempt.nagleOff, isChecked: isChecked, isTrustPending: attempt.isTrustPending))
    if !attempt.isPeerGood || hasShownChosenCertificate || hasOtherCertificate || mayHaveMissedCalls { leaveAlone() }
  }

  /// A client's certificate was set, or changed, while the handshake was under way.
  private var hasOtherCertificate: Bool {
    unsafe SessionCredentials.certificateDigest(of: session) != certificateDigest
  }

  private func end(_ attempt: HandshakeAttempt) {
    var attempt = attempt
    attempt.letGo()
    state = .over
    unsafe setup.hook?.install(on: session)
  }

  /// Only during the handshake, while the credentials are certainly there.
  private var check: ProgramCheck? { unsafe setup.check ?? SessionCredentials.check(of: session) }

  // MARK: Connection

  private var connection: ForeignConnection? {
    if case .established(let connection) = state { return connection }
    return nil
  }

  /// After `gnutls_certificate_verify_peers` or its kin, outside of a handshake.
  func programHasVerified(isGood: Bool) {
    guard let connection else { return }
    if isGood {
      let policy = connection.isTrustPending ? unsafe SessionCredentials.loadedPolicy(of: session) : nil
      if !connection.programTrusts(by: policy) { leaveAlone() }
    } else {
      connection.attachment.distrust()
      leaveAlone()
    }
  }

  /// After each call that has read application data.
  /// - Returns: Whether there is something to keep, or to learn.
  func dataReceived() -> Bool { connection?.receivedData() ?? false }

  /// After a call that would have read application data, and has found the connection's end, or an error.
  func receivingEnded(_ result: Int) {
    if result < 0, gnutls_error_is_fatal(Int32(clamping: result)) != 0 { connection?.hasBroken = true }
  }

  /// Keeps the tickets that have come, from who is trusted.
  func keep() {
    if mayHaveMissedCalls { return leaveAlone() }
    guard let connection else { return }
    connection.keep()
    tellStoreError(connection.attachment)
  }

  /// Who checks after the handshake may have found something else amiss, unless it went on to use the connection.
  /// The program may have freed its credentials already: they are not to be asked.
  var mayKeepAtEnd: Bool { connection?.mayKeepAtEnd ?? false }

  /// Either of the session, or anywhere in the process; or there is no store any more.
  private var mayHaveMissedCalls: Bool {
    hasMissedCalls || Engine.hasUnseenCalls || Engine.hasOtherRoot || mayHaveAuthenticated
  }

  /// GnuTLS tells of its own authentication by its own `gnutls_reauth`, unless it was linked so that it keeps that to itself.
  private var mayHaveAuthenticated: Bool {
    unsafe SessionFlags.authenticatesByItself(flags) && gnutls_certificate_client_get_request_status(session) != 0
  }

  /// Something that belongs to the session's identity or verification was missed.
  func callMissed() {
    if case .unstarted = state { state = .over } else { hasMissedCalls = true }
  }

  /// Only what is set before the handshake begins belongs to the session's identity.
  func setUp(_ change: (inout SessionSetup) -> Void) {
    if case .unstarted = state { change(&setup) } else { callMissed() }
  }

  // MARK: End

  /// Before `gnutls_deinit`.
  func ends() {
    guard !Engine.hasOtherRoot else { return vanishes() }
    switch state {
    case .unstarted, .over: break
    case .handshaking(let attempt), .checking(let attempt): attempt.held?.abandon()
    case .established(let connection):
      connection.end(hasSentData: hasSentData, mayHaveMissedCalls: mayHaveMissedCalls)
      tellStoreError(connection.attachment)
    }
  }

  /// The same where there is too little stack for it.
  func vanishes() {
    switch state {
    case .unstarted, .over: break
    case .handshaking(let attempt), .checking(let attempt): attempt.held?.discard()
    case .established(let connection): connection.attachment.discard()
    }
  }

  /// Lets go of a session that lives on. A check that is due stays so.
  func leaveAlone() {
    switch state {
    case .unstarted: state = .over
    case .over: break
    case .handshaking(var attempt):
      attempt.letGo()
      state = .handshaking(attempt)
      unsafe setup.hook?.install(on: session)
    case .checking(var attempt):
      attempt.letGo()
      state = .checking(attempt)
      unsafe setup.hook?.install(on: session)
    case .established(let connection):
      connection.attachment.discard()
      connection.attachment.detach()
      state = .over
      unsafe setup.hook?.install(on: session)
    }
  }

  // MARK: What the program does by itself

  /// The program attaches to the session itself, by the library for C.
  func programAttaches() {
    setup.isAttachedByProgram = true
    if case .unstarted = state { return }
    leaveAlone()
  }

  /// - Returns: Whether the engine will call the hook.
  func setHook(type: UInt32, when: Int32, _ function: gnutls_handshake_hook_func?) -> Bool {
    setup.hook = unsafe function.map { unsafe ProgramHook(type: type, when: when, function: $0) }
    if case .handshaking(var attempt) = state, setup.hook?.mayBeSkippedByResuming == true {
      attempt.mayMissMessages = true
      state = .handshaking(attempt)
    }
    guard let attachment = held else { return false }
    attachment.replaceHook(by: setup.hook?.chained)
    return true
  }

  /// Before `gnutls_session_set_data` takes what is the program's own.
  /// - Parameter known: What is known of the ticket, if it has come to this process.
  func programSetsData(_ known: KnownTicket?) {
    setup.ownData = .some(known)
    if let known, let origin = ForeignSessions.all.first(where: { $0.held?.hasBrought(known.digest) == true }) {
      Engine.notesReuseOfLiveSessions()
      origin.held?.holdNewestTicket()
    }
    if held != nil { leaveAlone() }
  }

  /// The engine takes no part in the session, nor has it in a forked process's parent: its tickets are the program's.
  var hasOwnTickets: Bool { held == nil && process == ProcessGeneration.current }

  /// The engine's hold on the session.
  private var held: ForeignAttachment? {
    switch state {
    case .unstarted, .over: nil
    case .handshaking(let attempt), .checking(let attempt): attempt.held
    case .established(let connection): connection.attachment
    }
  }

  // MARK: Log

  private func tell(_ event: HandshakeLog.Event) { log.tell(event, serverName: setup.serverName) }

  private func tellStoreError(_ attachment: ForeignAttachment) {
    log.tellStoreError(attachment.outcome, serverName: setup.serverName)
  }
}
