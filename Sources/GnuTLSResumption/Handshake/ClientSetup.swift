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
  /// Where the server's tickets are looked for, in this order; new ones go to the last.
  let keepings: [TicketKeeping]
  /// What the session's priority string allows; nil if it can't be read, or nobody asks because ``canReconnect``.
  let priorities: PriorityList?
  /// The engine has made the session, and all of its functions are the engine's.
  let isOwn: Bool
  /// It has, and a failed handshake can be made again on a new connection: then more may be offered.
  let canReconnect: Bool
  /// Whether resumption is wanted at all.
  let isEnabled: Bool
  /// The server's address, 4 or 16 bytes; empty if it isn't known.
  let peerAddress: [UInt8]
  /// How many tickets the server is asked for at most; nil if it isn't asked.
  let mostTickets: Int?
  /// Nil where there never are early data.
  let earlyData: EarlyDataRules?
  private let places: RecordPlaces

  /// - Parameters:
  ///   - serverNotes: What the caller has read already; nil if nothing.
  ///   - own: What the engine has made the session with, where nobody can connect again; nil otherwise.
  ///   - isEnabled: False where the caller has switched resumption off. Priorities that forbid tickets do so too.
  init(
    session: SessionHandle, engine: Resumption, identity: ConnectionIdentity, serverNotes: ServerNotes? = nil,
    verification: Verification, credentials: Credentials?, canReconnect: Bool, madeWith own: PriorityList? = nil,
    isEnabled: Bool = true, peerAddress: [UInt8] = [], mostTickets: Int? = nil, earlyData: EarlyDataRules? = nil
  ) {
    let notes = serverNotes ?? ServerNotes(of: identity.server, engine: engine)
    self.session = session
    self.engine = engine
    self.identity = identity
    self.verification = verification
    keepings = engine.keepings(of: identity.server)
    self.serverNotes = notes
    self.canReconnect = canReconnect
    self.earlyData = earlyData
    isOwn = canReconnect || own != nil
    self.isEnabled = isEnabled && !PriorityList.forbidsTickets(identity.priority)
    self.peerAddress = peerAddress
    self.mostTickets = mostTickets
    priorities = canReconnect ? nil : own ?? (try? PriorityList(identity))
    places = RecordPlaces(identity, verification.kind, notes)
    if case .engineVerifies(let policy) = verification, let credentials {
      verifier = PeerVerifier(credentials: credentials, policy: policy, expectedName: identity.expectedName)
    } else {
      verifier = nil
    }
  }

  /// The server's tickets are kept where other machines take them too.
  var isShared: Bool { keepings.last?.isShared == true }

  /// Where this connection's records are filed under a master key.
  func place(under key: MasterKey) throws(StoreError) -> StoreKey { try places.place(under: key) }

  /// Whether an address is another than the one now connected, as far as both are known.
  func isElsewhere(_ address: [UInt8]) -> Bool {
    !address.isEmpty && !peerAddress.isEmpty && address != peerAddress
  }

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
