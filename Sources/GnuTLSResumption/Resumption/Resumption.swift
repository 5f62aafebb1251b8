public import SessionTickets

/// Lets GnuTLS client sessions resume: across connections, runs and processes, by way of a store.
///
/// One is enough for a process; it may be used from all threads. Trouble with store or key never breaks a
/// connection: it shows in the ``Outcome``, and the handshake is a full one.
public final class Resumption: Sendable {
  /// This machine's own: of servers whose tickets aren't shared, and of what is noted of all servers.
  let local: TicketKeeping
  /// Nil if no server's tickets are shared.
  let shared: TicketKeeping?
  private let sharedServers: SharedServers
  let options: ResumptionOptions
  /// Where a program may have the same tickets; nil where nobody else has them.
  let sharedTickets: SharedTickets?
  /// Of attached sessions that the engine verifies.
  let credentials = CredentialsCache()

  private init(
    _ store: StorePlace, _ masterKey: MasterKeySource, _ sharing: Sharing?, _ sharedTickets: SharedTickets?,
    _ options: ResumptionOptions
  ) {
    local = TicketKeeping(store, masterKey)
    shared = sharing.map { TicketKeeping($0) }
    sharedServers = sharing?.servers ?? .all
    self.sharedTickets = sharedTickets
    self.options = options
  }

  /// Keeps tickets in a store, sealed under a master key; those of servers that are shared elsewhere, where other machines
  /// take them too. Nothing is opened before it is needed.
  public convenience init(
    store: any TicketStore, masterKey: MasterKeySource = .standardFile, sharing: Sharing? = nil,
    options: ResumptionOptions = .init()
  ) {
    self.init(.place(store), masterKey, sharing, nil, options)
  }

  /// Keeps tickets in memory, under a key that goes with them: nothing is written.
  public convenience init(
    store: MemoryStore, masterKey: MasterKeySource = .ephemeral, options: ResumptionOptions = .init()
  ) {
    self.init(.place(store), masterKey, nil, nil, options)
  }

  /// The same, for connections of a program that may take tickets itself, and use them.
  package convenience init(
    store: any TicketStore, sharedTickets: SharedTickets, masterKey: MasterKeySource, sharing: Sharing? = nil,
    options: ResumptionOptions = .init()
  ) {
    self.init(.place(store), masterKey, sharing, sharedTickets, options)
  }

  /// Keeps tickets in a folder, nil for the user's own (``StandardPlaces``).
  ///
  /// If there is no place for one, connections go on without, and say so.
  public convenience init(
    folder: RawPath? = nil, bounds: StoreBounds = .init(), masterKey: MasterKeySource = .standardFile,
    sharing: Sharing? = nil, options: ResumptionOptions = .init()
  ) {
    self.init(.folder(folder, bounds: bounds), masterKey, sharing, nil, options)
  }

  /// The same, for a path that is text.
  public convenience init(
    folder: String, bounds: StoreBounds = .init(), masterKey: MasterKeySource = .standardFile,
    sharing: Sharing? = nil, options: ResumptionOptions = .init()
  ) {
    self.init(folder: RawPath(folder), bounds: bounds, masterKey: masterKey, sharing: sharing, options: options)
  }

  /// Keeps nothing, as something is wrong with where it was to be kept: connections go on without, and say so.
  package convenience init(failing error: StoreError, options: ResumptionOptions = .init()) {
    self.init(.none(error), .standardFile, nil, nil, options)
  }

  /// The user's own store and key.
  public static let standard = Resumption()

  var now: WallTime { options.clock() }

  /// Tickets of some servers are kept where other machines take them too.
  package var sharesTickets: Bool { shared != nil }

  /// This machine's own keys.
  func keyRing(create: Bool) throws(StoreError) -> KeyRing? { try local.keyRing(create: create, now: now) }

  /// Where a server's tickets are looked for, in this order; new ones go to the last.
  ///
  /// A program may have taken a ticket itself: such tickets never leave this machine, see ``Keeper``.
  func keepings(of server: ServerIdentity) -> [TicketKeeping] {
    guard let shared, sharedServers.contain(server) else { return [local] }
    return sharedTickets == nil ? [shared] : [local, shared]
  }

  /// Tells a line for people, about a server.
  func log(about server: ServerIdentity, _ line: @autoclosure () -> String) {
    options.log?("\(server): \(line())")
  }

  func mayStore(_ server: ServerIdentity, _ ticket: CapturedTicket) -> Bool {
    guard let mayStore = options.mayStore else { return true }
    return mayStore(
      TicketDescription(
        server: server, kind: ticket.kind, lifetime: ticket.lifetime, earlyDataLimit: ticket.earlyDataLimit))
  }
}
