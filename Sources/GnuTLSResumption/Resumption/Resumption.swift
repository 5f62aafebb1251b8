public import SessionTickets
internal import SessionTicketsLocking

/// Lets GnuTLS client sessions resume: across connections, runs and processes, by way of a store.
///
/// One is enough for a process; it may be used from all threads. Trouble with store or key never breaks a
/// connection: it shows in the ``Outcome``, and the handshake is a full one.
public final class Resumption: Sendable {
  let store: StorePlace
  let options: ResumptionOptions
  private let source: MasterKeySource
  /// Where a program may have the same tickets; nil where nobody else has them.
  let sharedTickets: SharedTickets?
  /// Of attached sessions that the engine verifies.
  let credentials = CredentialsCache()
  private let keys = Lock<KeyRing?>(nil)

  /// Keeps tickets in a store, sealed under a master key. Nothing is opened before it is needed.
  public init(
    store: any TicketStore, masterKey: MasterKeySource = .standardFile, options: ResumptionOptions = .init()
  ) {
    FolderPlace.noteRoot()
    self.store = .place(store)
    source = masterKey
    sharedTickets = nil
    self.options = options
  }

  /// The same, for connections of a program that may take tickets itself, and use them.
  package init(
    store: any TicketStore, sharedTickets: SharedTickets, masterKey: MasterKeySource,
    options: ResumptionOptions = .init()
  ) {
    FolderPlace.noteRoot()
    self.store = .place(store)
    source = masterKey
    self.sharedTickets = sharedTickets
    self.options = options
  }

  /// Keeps tickets in a folder, nil for the user's own (``StandardPlaces``).
  ///
  /// If there is no place for one, connections go on without, and say so.
  public init(
    folder: RawPath? = nil, bounds: StoreBounds = .init(), masterKey: MasterKeySource = .standardFile,
    options: ResumptionOptions = .init()
  ) {
    do throws(StoreError) {
      let place = if let folder { FolderPlace(folder) } else { try StandardPlaces.storePlace() }
      store = .place(DirectoryStore(at: place, bounds: bounds))
    } catch {
      store = .none(error)
    }
    source = masterKey
    sharedTickets = nil
    self.options = options
  }

  /// The same, for a path that is text.
  public convenience init(
    folder: String, bounds: StoreBounds = .init(), masterKey: MasterKeySource = .standardFile,
    options: ResumptionOptions = .init()
  ) {
    self.init(folder: RawPath(folder), bounds: bounds, masterKey: masterKey, options: options)
  }

  /// The user's own store and key.
  public static let standard = Resumption()

  var now: WallTime { options.clock() }

  /// The master keys, or nil if there are none yet and none are to be made.
  func keyRing(create: Bool) throws(StoreError) -> KeyRing? {
    try keys.withLock { (known) throws(StoreError) in
      if let known { return known }
      switch source.kind {
      case .keys(let ring): known = ring
      case .file(let path): known = try KeyFile(FolderPlace(path)).load(create: create).map { KeyRing(newest: $0) }
      case .standardFile:
        known = try KeyFile(StandardPlaces.masterKeyPlace()).load(create: create).map { KeyRing(newest: $0) }
      }
      return known
    }
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

/// Where tickets are kept, or why there is no place for them.
enum StorePlace: Sendable {
  case place(any TicketStore)
  case none(StoreError)

  func get() throws(StoreError) -> any TicketStore {
    switch self {
    case .place(let store): return store
    case .none(let error): throw error
    }
  }
}
