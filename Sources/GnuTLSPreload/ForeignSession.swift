internal import CGnuTLS
internal import GnuTLSResumption
internal import SessionTicketsLocking

/// One client session of the program's, from `gnutls_init` to `gnutls_deinit`.
///
/// Used by whichever thread uses the session, as GnuTLS itself; ``hasRefusals`` and ``refusal`` may be read by others.
@safe
final class ForeignSession: @unchecked Sendable {
  private enum Stage { case unstarted, handshaking, established, over }

  private let session: gnutls_session_t
  private let flags: UInt32
  var address: UInt { unsafe UInt(bitPattern: session) }

  var setup = SessionSetup()
  private var stage = Stage.unstarted
  private var attachment: Attachment?
  /// That of a session that was left alone later: it knows where the newest ticket is.
  private var formerAttachment: Attachment?
  private var plan: SessionPlan?
  private var nagleOff: NagleOff?
  private var began: UInt64 = 0
  /// A ticket may have been offered, and the handshake hasn't ended: the program's check must not be missed, even if the
  /// session is left alone meanwhile.
  private var isCheckDue = false
  /// Of the engine: nothing is kept if it doesn't trust the peer.
  private var isPeerGood = true
  /// The program's check wants to be called again; nothing may pass before.
  private var isCheckPending = false
  /// The program's check was made within the handshake.
  private var isCheckedWithin = false
  /// The program's own check has passed, as far as it can be seen.
  private var isTrusted = false
  /// The program has gone on to use the connection.
  private var hasReceivedData = false
  /// Who rejects a peer sends it nothing.
  var hasSentData = false
  /// The log has said what is wrong with the store.
  private var hasToldStoreError = false
  /// Of the check that was made in GnuTLS's stead.
  private(set) var certificateStatus: UInt32?
  /// What gnutls_handshake has returned after a resumption that the program's own check refused, or hasn't decided on
  /// yet; else 0.
  private(set) var refusal: Int32 = 0

  private static let refusals = Lock(0)
  static var hasRefusals: Bool { refusals.withLock { $0 != 0 } }

  init(_ session: gnutls_session_t, flags: UInt32) {
    unsafe self.session = unsafe session
    self.flags = flags
  }

  deinit {
    if refusal != 0 { Self.refusals.withLock { $0 -= 1 } }
  }

  var isHandshaking: Bool { isCheckDue }

  /// Before each call of `gnutls_handshake`: the first finds and offers a ticket.
  /// - Returns: Whether GnuTLS has ended its part, and is not to be called.
  func handshakeBegins() -> Bool {
    guard refusal == 0 else { return true }
    switch stage {
    case .unstarted: start()
    case .established: renegotiationBegins()
    case .handshaking, .over: break
    }
    return false
  }

  /// Under TLS 1.3 it is but a change of keys.
  private func renegotiationBegins() {
    if unsafe gnutls_protocol_get_version(session) != GNUTLS_TLS1_3 { leaveAlone() }
  }

  /// Made within another call of GnuTLS's or of the engine's, where nothing can be offered nor checked.
  func handshakeEscapes() {
    switch stage {
    case .unstarted: leaveAlone()
    case .established:
      // The end of a false start isn't another handshake.
      if attachment?.isFalseStartUnderWay != true { renegotiationBegins() }
    case .handshaking, .over: break
    }
  }

  private func start() {
    stage = .handshaking
    began = HandshakeLog.now
    do throws(LeftAlone) {
      let plan = try unsafe setup.plan(for: session, flags: flags)
      self.plan = plan
      if !setup.hasOwnTransport { nagleOff = unsafe NagleOff(session) }
      attachment = try attach(plan)
      isCheckDue = true
    } catch {
      log(.leftAlone(error))
      stage = .over
    }
  }

  private func attach(_ plan: SessionPlan) throws(LeftAlone) -> Attachment {
    do {
      return try unsafe Engine.resumption.attach(
        to: session, identity: plan.identity, verification: .engineVerifies(plan.policy),
        hook: setup.hook?.chained)
    } catch {
      throw .engineFailed
    }
  }

  /// After each call of `gnutls_handshake`.
  /// - Returns: What the program is to get.
  func handshakeReturned(_ result: Int32) -> Int32 {
    guard isCheckDue else { return refusal != 0 ? refusal : result }
    // The handshake goes on with the next call.
    if result < 0, gnutls_error_is_fatal(result) == 0 { return result }
    if !isCheckPending { judge(result) }
    guard result >= 0 else {
      if let attachment { log(.failed(result, attachment.outcome)) }
      leaveAlone()
      return result
    }
    let check = check
    if unsafe gnutls_session_is_resumed(session) != 0 {
      let code = runInStead(check)
      // As after a full handshake, in which the program's function may ask to be called again.
      isCheckPending = code < 0 && gnutls_error_is_fatal(code) == 0
      setRefusal(code)
      guard !isCheckPending else { return code }
      isCheckDue = false
      guard code == 0 else {
        refuse()
        return code
      }
    }
    isCheckDue = false
    guard let attachment else { return result }
    stage = .established
    log(.done(attachment.outcome))
    isCheckedWithin = check != nil
    isTrusted = isCheckedWithin
    if !isPeerGood || hasShownChosenCertificate { leaveAlone() }
    return result
  }

  private func judge(_ result: Int32) {
    do {
      try attachment?.judge(result, isVerifiedByApplication: true)
    } catch {
      isPeerGood = false
    }
  }

  /// The program's check, which GnuTLS doesn't call in a resumed handshake.
  private func runInStead(_ check: ProgramCheck?) -> Int32 {
    guard let check else { return 0 }
    let (code, status) = unsafe check.run(session)
    certificateStatus = status
    return code
  }

  /// As after a full handshake that failed: the connection is of no use.
  private func refuse() {
    if let attachment { log(.refused(attachment.outcome)) }
    attachment?.distrust()
    leaveAlone()
  }

  private func setRefusal(_ code: Int32) {
    let change = (code != 0 ? 1 : 0) - (refusal != 0 ? 1 : 0)
    refusal = code
    if change != 0 { Self.refusals.withLock { $0 += change } }
  }

  private var hasShownChosenCertificate: Bool {
    guard let plan, plan.choosesCertificate else { return false }
    return unsafe gnutls_certificate_client_get_request_status(session) != 0
  }

  /// After `gnutls_certificate_verify_peers` or its kin, outside of a handshake.
  func programHasVerified(_ result: Int32, _ status: UInt32) {
    guard stage == .established, let attachment else { return }
    if result >= 0, status == 0 {
      isTrusted = true
    } else {
      attachment.distrust()
      leaveAlone()
    }
  }

  var isInterestedInData: Bool { attachment != nil || nagleOff != nil }

  /// After each call that reads application data.
  func dataReceived(_ result: Int) {
    guard result > 0 else { return }
    hasReceivedData = true
    nagleOff?.restore()
    nagleOff = nil
    if isTrusted { keep() }
  }

  /// After a `gnutls_bye` that waited for the peer's.
  func saidGoodbye() {
    if mayKeepAtEnd { keep() }
  }

  private func keep() {
    guard let attachment, attachment.hasSomethingToKeep else { return }
    attachment.keep()
    tellStoreError(attachment)
  }

  /// The store may turn out to be of no use only when tickets go there: nothing was missing in it before.
  private func tellStoreError(_ attachment: Attachment) {
    if !hasToldStoreError, attachment.outcome.storeError != nil { log(.notKept(attachment.outcome)) }
  }

  /// Who checks after the handshake may have found something else amiss, unless it went on to use the connection.
  /// The program may have freed its credentials already: they are not to be asked.
  private var mayKeepAtEnd: Bool { isTrusted && (hasReceivedData || isCheckedWithin) }

  /// Only during the handshake, while the credentials are certainly there.
  private var check: ProgramCheck? { unsafe setup.check ?? SessionCredentials.check(of: session) }

  /// Before `gnutls_deinit`.
  func ends() {
    guard let attachment else { return }
    if attachment.outcome.isResumed, !hasReceivedData, !hasSentData, attachment.isOfThisProcess {
      // It has gone away: maybe for what only a full handshake mends, such as a pin of the server's new key.
      attachment.distrust()
    } else if !mayKeepAtEnd {
      attachment.discard()
    }
    attachment.detach()
    tellStoreError(attachment)
  }

  /// - Returns: Whether the engine will call the hook.
  func setHook(type: UInt32, when: Int32, _ function: gnutls_handshake_hook_func?) -> Bool {
    setup.hook = unsafe function.map { unsafe ProgramHook(type: type, when: when, function: $0) }
    guard let attachment else { return false }
    attachment.replaceHook(by: setup.hook?.chained)
    return true
  }

  /// Before `gnutls_session_set_data`.
  func programSetsData(_ data: UnsafeRawBufferPointer) {
    // GnuTLS's dummy data resume nothing.
    guard unsafe data.isEmpty || !DummySessionData.matches(data) else { return }
    setup.resumesByItself = true
    if attachment != nil { Engine.atWork { leaveAlone() } }
  }

  /// After `gnutls_session_get_data` and its kin have given session data.
  /// - Returns: Whether the program may use them.
  func programTakesTicket() -> Bool { (attachment ?? formerAttachment)?.cedeNewestTicket() ?? true }

  /// It is the engine that gets session data now, and not the program.
  var isBeingPacked: Bool { attachment?.isPacking ?? false }

  /// Lets go of a session that lives on.
  func leaveAlone() {
    stage = .over
    guard let attachment else { return }
    attachment.discard()
    attachment.detach()
    self.attachment = nil
    formerAttachment = attachment
    unsafe setup.hook?.install(on: session)
  }

  private func log(_ event: HandshakeLog.Event) {
    guard Settings.logs else { return }
    if event.storeError != nil { hasToldStoreError = true }
    HandshakeLog.write(
      event, server: plan.map { "\($0.identity.server)" } ?? setup.serverText, began: began,
      clearedNoTickets: flags != SessionFlags.changed(flags))
  }
}
