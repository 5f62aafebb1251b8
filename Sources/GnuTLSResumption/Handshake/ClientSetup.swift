internal import SessionTickets

/// What one client session is set up with, as far as its resumption goes. It never changes.
struct ClientSetup {
  let session: SessionHandle
  let engine: Resumption
  let identity: ConnectionIdentity
  let verification: Verification
  /// Set where the engine verifies.
  let verifier: PeerVerifier?
  let serverNotes: ServerNotes
  /// What the session's priority string allows; nil if it can't be read, or nobody asks because ``canReconnect``.
  let priorities: PriorityList?
  /// The engine has made the session, all of its functions are the engine's, and a failed handshake can be made again on
  /// a new connection: then more may be offered.
  let canReconnect: Bool
  /// Whether resumption is wanted at all.
  let isEnabled: Bool
  private let places: RecordPlaces

  /// - Parameters:
  ///   - serverNotes: What the caller has read already; nil if nothing.
  ///   - isEnabled: False where the caller has switched resumption off. Priorities that forbid tickets do so too.
  init(
    session: SessionHandle, engine: Resumption, identity: ConnectionIdentity, serverNotes: ServerNotes? = nil,
    verification: Verification, credentials: Credentials?, canReconnect: Bool, isEnabled: Bool = true
  ) {
    let notes = serverNotes ?? ServerNotes(of: identity.server, engine: engine)
    self.session = session
    self.engine = engine
    self.identity = identity
    self.verification = verification
    self.serverNotes = notes
    self.canReconnect = canReconnect
    self.isEnabled = isEnabled && !PriorityList.forbidsTickets(identity.priority)
    priorities = canReconnect ? nil : try? PriorityList(identity)
    places = RecordPlaces(identity, verification.kind, notes)
    if case .engineVerifies(let policy) = verification, let credentials {
      verifier = PeerVerifier(credentials: credentials, policy: policy, expectedName: identity.expectedName)
    } else {
      verifier = nil
    }
  }

  /// Where this connection's records are filed under a master key.
  func place(under key: MasterKey) throws(StoreError) -> StoreKey { try places.place(under: key) }

  var now: Int64 { engine.now.seconds }

  /// GnuTLS's configuration as this process has it.
  var currentConfiguration: ConfigurationNote? {
    if let verifier { verifier.currentConfiguration } else { GnuTLSConfiguration.current }
  }

  func log(_ line: @autoclosure () -> String) { engine.log(about: identity.server, line()) }
}

/// The digests of one connection, made once.
///
/// Confined to whichever thread uses the connection.
private final class RecordPlaces {
  private let identity: ConnectionIdentity
  private let verification: VerificationKind
  private let serverNotes: ServerNotes
  /// Under the first key that was asked for, and nearly always the only one.
  private var first: (key: UInt64, place: StoreKey)?

  init(_ identity: ConnectionIdentity, _ verification: VerificationKind, _ serverNotes: ServerNotes) {
    self.identity = identity
    self.verification = verification
    self.serverNotes = serverNotes
  }

  func place(under key: MasterKey) throws(StoreError) -> StoreKey {
    if let first, first.key == key.id { return first.place }
    let place = StoreKey(
      server: try serverNotes.digest(under: key),
      identity: try IdentityDigests.identity(identity, verification: verification, key: key))
    if first == nil { first = (key.id, place) }
    return place
  }
}
