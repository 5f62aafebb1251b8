internal import CGnuTLS
public import SessionTickets
internal import SessionTicketsLocking

/// Ticket keys for GnuTLS servers, that are shared by way of a store, and forgotten.
///
/// Each slot of time has a fresh random key, which the servers of a store find there one slot ahead, and which is deleted,
/// there and in memory, once its tickets have ended. What GnuTLS gets of it is derived for the ``HostContext`` of the host
/// that the client asks for. One is enough for a process; it may be used from all threads.
///
/// Trouble with store or master key never breaks a handshake: the server goes on with keys of its own, and says so.
@safe
public final class ServerTickets: Sendable {
  let options: ServerOptions
  let calendar: SlotCalendar
  let sessions: ServerSessions?
  private let contexts: SessionContexts
  /// The place of master key and records.
  let keeping: TicketKeeping
  let state = Lock(State())

  struct State: Sendable {
    var keys = HeldKeys() {
      // What is made of keys must not outlive them.
      didSet { if keys.version != oldValue.version { (names, derived) = ([:], [:]) } }
    }
    /// Of each context that has been asked for, as far as there is room.
    var names: [HostContext: TicketNames] = [:]
    /// Of late, as far as there is room.
    var derived: [DerivedKey.ID: DerivedKey] = [:]
    /// Of the store, when the keys were found or put there.
    var generation: StoreGeneration?
    /// Who is at it just now.
    var refresher: Refresher?
    /// Handshakes leave the store alone until then.
    var rest: Deadline?
    var hasTrouble = false
    /// The slot in which others' ended keys were looked for last.
    var purged: Int64 = -1
    var isClosed = false
  }

  /// So many contexts' names are remembered.
  static let maximumContexts = 256
  /// So many ticket keys are.
  static let maximumDerived = 64

  /// - Parameters:
  ///   - store: Of role server. What is there is sealed under the master key, which all servers that share it have.
  ///   - masterKey: Where that key is.
  ///   - sessions: Where TLS 1.2 sessions are kept for clients without tickets; nil: nowhere.
  ///   - options: Slots, lifetime, patience, observer.
  ///   - contexts: Tells the context of each host.
  public convenience init(
    store: any TicketStore, masterKey: MasterKeySource, sessions: ServerSessions? = nil,
    options: ServerOptions = .init(), contexts: @escaping HostContexts
  ) {
    unsafe self.init(
      TicketKeeping(.place(store), masterKey), sessions: sessions, options: options,
      contexts: { contexts($1) })
  }

  /// Keeps the keys in a folder, for the servers of this machine; nil for the user's own (``StandardPlaces``).
  public convenience init(
    folder: RawPath?, masterKey: MasterKeySource, sessions: ServerSessions? = nil, options: ServerOptions = .init(),
    contexts: @escaping HostContexts
  ) {
    unsafe self.init(
      folder: folder, masterKey: masterKey, sessions: sessions, options: options, sessionContexts: { contexts($1) })
  }

  /// The same, whose contexts may depend on the session.
  package convenience init(
    folder: RawPath?, masterKey: MasterKeySource, sessions: ServerSessions?, options: ServerOptions,
    sessionContexts: @escaping SessionContexts
  ) {
    unsafe self.init(
      TicketKeeping(.folder(folder, role: .server), masterKey), sessions: sessions, options: options,
      contexts: sessionContexts)
  }

  /// The same, in any store.
  package convenience init(
    store: any TicketStore, masterKey: MasterKeySource, sessions: ServerSessions?, options: ServerOptions,
    sessionContexts: @escaping SessionContexts
  ) {
    unsafe self.init(
      TicketKeeping(.place(store), masterKey), sessions: sessions, options: options, contexts: sessionContexts)
  }

  private init(
    _ keeping: TicketKeeping, sessions: ServerSessions?, options: ServerOptions, contexts: @escaping SessionContexts
  ) {
    self.keeping = keeping
    self.options = options
    calendar = options.calendar
    self.sessions = sessions
    unsafe self.contexts = unsafe contexts
  }

  /// For a server of one host: what it would check in a full handshake is the same for all clients, and is in its context.
  public convenience init(
    store: any TicketStore, masterKey: MasterKeySource, sessions: ServerSessions? = nil,
    options: ServerOptions = .init(), context: HostContext
  ) {
    self.init(store: store, masterKey: masterKey, sessions: sessions, options: options) { _ in context }
  }

  /// Lets a server's session use the keys, from its ClientHello on: call it before the handshake. Nothing is to be called
  /// afterwards; `gnutls_deinit` lets go.
  ///
  /// It sets the session's handshake hook, its cache expiration (``ServerOptions/lifetime``), and with ``ServerSessions``
  /// its database functions and their pointer. An application that sets a hook of its own afterwards calls
  /// ``clientHelloCame(on:_:)`` in it.
  /// - Parameters:
  ///   - session: A server's, a `gnutls_session_t`.
  ///   - contexts: For this session, in place of the server's.
  ///   - hook: The application's own, which is called after ours.
  ///   - sendsOnRequest: The application has made the session with `GNUTLS_NO_AUTO_SEND_TICKET`, and calls
  ///     ``sendTickets(on:)`` after each handshake. Then a client that asks for a number of tickets (RFC 9149) is told
  ///     how many it gets, and gets them; else GnuTLS sends two to everybody.
  /// - Throws: ``GnuTLSError/Code-swift.struct/invalidRequest`` if it is no server's, has shaken hands, or was attached to.
  public func attach(
    to session: OpaquePointer, contexts: HostContexts? = nil, hook: ApplicationHook? = nil,
    sendsOnRequest: Bool = false
  ) throws(GnuTLSError) {
    var chosen = unsafe self.contexts
    if let contexts { unsafe chosen = { contexts($1) } }
    let served = unsafe ServedSession(self, contexts: chosen, hook: hook, sendsOnRequest: sendsOnRequest)
    unsafe try served.attach(to: SessionHandle(session))
  }

  /// To be called by an application's own handshake hook, for an incoming `GNUTLS_HANDSHAKE_CLIENT_HELLO` of
  /// `GNUTLS_HOOK_PRE`, with the message as the hook has got it.
  /// - Returns: What the hook is to return: negative if the handshake must end, as the client asks for another host than
  ///   before. 0 also for a session that isn't attached to.
  public static func clientHelloCame(on session: OpaquePointer, _ message: UnsafeRawBufferPointer) -> Int32 {
    let session = unsafe SessionHandle(session)
    guard let served = ServedSession.of(session) else { return 0 }
    return unsafe served.clientHelloCame(Array(message), on: session)
  }

  /// Sends the tickets of a session that was attached to with `sendsOnRequest`, once its handshake is through: as many as
  /// the client has asked for, 8 at most, or two if it hasn't asked (`gnutls_session_ticket_send`).
  /// - Returns: How many were sent; 0 under TLS 1.2, to who doesn't resume with forward secrecy, and where there is no key.
  /// - Throws: What GnuTLS says, such as `GNUTLS_E_AGAIN`: call it again once the socket can be written.
  @discardableResult
  public static func sendTickets(on session: OpaquePointer) throws(GnuTLSError) -> Int {
    let session = unsafe SessionHandle(session)
    guard let count = ServedSession.of(session)?.ticketCount(on: session) else {
      throw GnuTLSError(GNUTLS_E_INVALID_REQUEST)
    }
    guard count > 0, session.isTLS13 else { return 0 }
    try GnuTLSError.check(unsafe gnutls_session_ticket_send(session.pointer, UInt32(count), 0))
    return Int(count)
  }

  /// Lets go of all keys in this process. Sessions that are attached to, or will be, have no tickets then.
  public func close() {
    state.withLock { state in
      state.isClosed = true
      state.keys.removeAll()
    }
  }

  /// Whether new tickets are sealed with a key that other servers have.
  public var isShared: Bool {
    let slot = calendar.slot(at: options.clock())
    return state.withLock { $0.keys.sealing(slot)?.isShared == true }
  }

  func tell(_ events: [ServerEvent]) {
    if let observer = options.observer { events.forEach(observer) }
  }
}

// MARK: In a handshake

extension ServerTickets {
  /// The key that opens one of the tickets, else the one for new tickets; nil if there is none.
  func key(opening tickets: [TicketName], in context: HostContext) -> SlotKey? {
    guard !state.withLock({ $0.isClosed }) else { return nil }
    let now = options.clock()
    refreshIfDue(now: now)
    if !tickets.isEmpty, let key = names(in: context, now: now).key(of: tickets) { return key }
    return state.withLock { $0.keys.newest(upTo: calendar.slot(at: now)) }
  }

  /// Lends the ticket key that is derived of a slot's; nil if GnuTLS gives none.
  func withTicketKey(
    _ key: SlotKey, in context: HostContext, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int32
  ) -> Int32? {
    let id = DerivedKey.ID(slot: key.id, context: context)
    if let known = state.withLock({ $0.derived[id] }) { return unsafe known.withBytes { unsafe body($0) } }
    return unsafe key.withDerived(for: context) { bytes in
      if let derived = unsafe DerivedKey(copying: bytes) {
        state.withLock { state in
          // It may have ended, just now.
          guard state.keys.holds(key) else { return }
          if state.derived.count >= Self.maximumDerived { state.derived = [:] }
          state.derived[id] = derived
        }
      }
      return unsafe body(bytes)
    }
  }

  private func names(in context: HostContext, now: WallTime) -> TicketNames {
    let period = calendar.period(at: now)
    let (known, keys, version) = state.withLock { state in
      let known = state.names[context]
      let isCurrent = known?.version == state.keys.version && known?.period == period
      return (isCurrent ? known : nil, isCurrent ? [] : state.keys.all, state.keys.version)
    }
    if let known { return known }
    // Without the lock: a client may name any host.
    let names = TicketNames(of: keys, version: version, context: context, period: period)
    state.withLock { state in
      guard state.keys.version == version else { return }
      if state.names.count >= Self.maximumContexts { state.names = [:] }
      state.names[context] = names
    }
    return names
  }
}
