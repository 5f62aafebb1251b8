internal import Glibc
internal import SessionTickets

/// The engine's side of one client session: what was claimed and offered for it, what came, what is to be kept.
///
/// Confined to whichever thread uses the session: GnuTLS calls back on that thread. The registry shares references,
/// never accesses, which is all that "unchecked" stands for.
final class SessionContext: @unchecked Sendable {
  /// How many tickets of one connection wait to be stored; of more, the newest stay.
  static let mostTickets = 32

  let session: SessionHandle
  let engine: Resumption
  let identity: ConnectionIdentity
  let serverNotes: ServerNotes
  let verification: Verification
  /// Set where the engine verifies.
  let verifier: PeerVerifier?
  /// What the session's priority string allows; nil if it can't be read.
  private(set) lazy var priorities = try? PriorityList(identity)
  var applicationHook: ApplicationHook?
  /// Whether a failed handshake can be made again on a new connection: then more may be offered.
  let canReconnect: Bool
  /// That made it. A forked one has a copy, and must not store the same tickets.
  var process = getpid()
  /// The engine has made the session, and all of its functions are the engine's.
  var isSetUpByEngine: Bool { canReconnect }

  var findings = Findings()
  var opened: OpenedTicket?
  var offered: OfferedTicket?

  /// The handshake has succeeded, and the peer has been verified: nothing is stored before.
  var isEstablished = false
  /// The handshake failed after a ticket had been offered.
  var hasFailedWithTicket = false
  /// The engine's verification ran inside the handshake, and trusted the peer.
  var verifiedPeer: VerifiedPeer?
  /// The verdict on the peer, to be sealed with its tickets.
  var verdict: Verdict?
  /// The application verifies the peer too, after every handshake.
  var isVerifiedByApplication = false
  /// GnuTLS's configuration, under which a TLS 1.2 session was negotiated; nil if it can't be told.
  var configuration: ConfigurationNote? { session.isTLS13 ? nil : GnuTLSConfiguration.current }
  /// It was made on a resumed connection, as the sealed one didn't stand any more.
  var isJudgedAnew = false
  /// What the handshake means for the store has been done.
  var isHandshakeSettled = false
  /// Why the engine's verification inside the handshake refused the peer.
  var refusal: VerificationFailure?
  /// The session was resumed: by the ticket that was offered here, or by whatever its owner had loaded.
  var isResumed = false
  /// The full handshake that this connection's tickets go back to, or nil if it is unknown.
  var fullHandshake: FullHandshake?

  var nextTicket: NewSessionTicket?
  /// The session's newest ticket has been taken by the hook, or ceded.
  var isNewestTicketTaken = false
  /// The engine is asking GnuTLS for session data.
  var isPacking = false
  var captured: [CapturedTicket] = []
  /// Where the session's newest ticket is.
  var newestTicket = NewestTicket.elsewhere
  var ticketsReceived = 0
  var ticketsStored = 0
  var notStored: [NotStoredReason] = []

  /// Under the first key that was asked for, and nearly always the only one.
  private var firstPlace: (key: UInt64, place: StoreKey)?

  /// - Parameter serverNotes: What the caller has read already; nil if nothing.
  init(
    session: SessionHandle, engine: Resumption, identity: ConnectionIdentity, serverNotes: ServerNotes? = nil,
    verification: Verification, credentials: Credentials?, hook: ApplicationHook?, canReconnect: Bool
  ) {
    self.serverNotes = serverNotes ?? ServerNotes(of: identity.server, engine: engine)
    self.session = session
    self.engine = engine
    self.identity = identity
    self.verification = verification
    applicationHook = hook
    self.canReconnect = canReconnect
    if case .engineVerifies(let policy) = verification, let credentials {
      verifier = PeerVerifier(credentials: credentials, policy: policy, expectedName: identity.expectedName)
    } else {
      verifier = nil
    }
  }

  /// The digests of this connection under a master key.
  func place(under key: MasterKey) throws(StoreError) -> StoreKey {
    if let firstPlace, firstPlace.key == key.id { return firstPlace.place }
    let place = StoreKey(
      server: try serverNotes.digest(under: key),
      identity: try IdentityDigests.identity(identity, verification: verification.kind, key: key))
    if firstPlace == nil { firstPlace = (key.id, place) }
    return place
  }

  /// Takes the session in: hook and registry. Its one counterpart is ``deregister()``.
  func register() {
    SessionRegistry.add(self)
    HandshakeHook.install(on: session, besides: applicationHook)
  }

  func deregister() {
    SessionRegistry.remove(self)
    wipe()
  }

  /// Overwrites what came and was not kept.
  func wipe() {
    for index in captured.indices { captured[index].sessionData.wipe() }
    captured.removeAll()
  }

  /// After the handshake: the last alert was neither a goodbye nor a warning.
  var hasReceivedFatalAlert: Bool {
    let harmless: [UInt32] = [0, 90, 100, 112]  // close_notify, user_canceled, no_renegotiation, unrecognized_name
    return isEstablished && !harmless.contains(session.lastAlert)
  }

  func log(_ line: @autoclosure () -> String) {
    engine.options.log?("\(identity.server): \(line())")
  }

  var outcome: Outcome {
    Outcome(
      reason: isResumed ? nil : findings.reason, storeError: findings.storeError, ticketsReceived: ticketsReceived,
      ticketsStored: ticketsStored, notStored: notStored,
      ticketAge: offered?.age, handshakeFailedWithTicket: hasFailedWithTicket)
  }
}
