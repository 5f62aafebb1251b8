internal import CPreload
internal import GnuTLSResumption
internal import SessionTickets
internal import SessionTicketsLocking
internal import StoreLocation

/// What all sessions of the process share.
enum Engine {
  private static let choice: StoreChoice = {
    var choice = StoreChoice(
      store: Settings.store, keyFile: Settings.keyFile, shared: Settings.shared?.description,
      sharedKeyFile: Settings.sharedKeyFile)
    choice.isInherited = true
    return choice
  }()

  /// The folder of this machine's own store.
  private static let place: FolderPlace? = try? choice.localPlace()
  private static let store: DirectoryStore? = place.map { DirectoryStore(at: $0) }
  /// Nil where nobody but the program can have tickets.
  private static let sharedTickets: SharedTickets? = place.map { SharedTickets(at: $0) }

  /// What machines share, if anything.
  private static let sharing: Result<(Sharing, RestingStore)?, StoreError> = {
    let local = place.flatMap { place in
      store.map { LocalTickets(place: place, store: $0, masterKey: choice.masterKey) }
    }
    do throws(StoreError) {
      return .success(try choice.sharing(beside: local))
    } catch {
      return .failure(error)
    }
  }()

  static let resumption: Resumption = {
    let sharing: Sharing? =
      switch Engine.sharing {
      case .success(let made): made?.0
      // Nothing is kept here that may have been meant for there, nor the other way round.
      case .failure(let error): Sharing(failing: error)
      }
    // Without a place for tickets the outcome says so.
    guard let store, let sharedTickets else {
      // Nor could it be noted then which tickets the program uses itself.
      let error = StoreError(.unavailable, "nothing is shared without a folder of this machine's own", place: "")
      return Resumption(masterKey: choice.masterKey, sharing: sharing.map { _ in Sharing(failing: error) })
    }
    return Resumption(store: store, sharedTickets: sharedTickets, masterKey: choice.masterKey, sharing: sharing)
  }()

  /// The program is about to use session data: see ``SharedTickets``.
  static func program(uses sessionData: UnsafeRawBufferPointer) -> ProgramUse {
    guard let sharedTickets else { return .own(nil) }
    return unsafe sharedTickets.program(uses: sessionData, of: resumption, isReachable: !hasOtherRoot)
  }

  /// What the shim knows of the process: written once, before anything else is called.
  nonisolated(unsafe) private static var process: UnsafePointer<cpreload_process>?

  /// Once, before anything else.
  static func start(in process: UnsafePointer<cpreload_process>) {
    unsafe self.process = unsafe process
    if let note = unsafe process.pointee.configuration { unsafe GnuTLSConfiguration.useEarlierNote(note) }
    _ = Settings.program
    HandshakeLog.start()
    unsafe HandshakeHook.mayTakeTickets = unsafe process.pointee.has_room_to_work
    // What is made by the first use would need more stack than there may be then.
    ForeignSessions.prepare()
    ForeignObjects.prepare()
    Refusals.prepare()
  }

  /// The path by which the program was started, nil if nobody knows.
  static var startedPath: UnsafePointer<CChar>? { unsafe process?.pointee.started_path }

  /// The file that GnuTLS was loaded from, nil if nobody knows.
  static var gnutlsPath: RawPath? {
    let path = unsafe process.flatMap { unsafe $0.pointee.gnutls_path }
    return unsafe path.map { unsafe RawPath(cString: $0) }
  }

  /// Calls of the program's may have passed unseen: a check could be missed, and nothing is offered or kept.
  static var hasUnseenCalls: Bool { unsafe process?.pointee.has_unseen_calls() != 0 }

  /// The process's root isn't any more what it was: the paths of the store and of the log lead elsewhere.
  static var hasOtherRoot: Bool { unsafe process?.pointee.has_other_root() != 0 }

  /// The program has got session data of a session in which the engine takes no part.
  static func programGets(_ sessionData: UnsafeRawBufferPointer) { unsafe sharedTickets?.isGiven(sessionData) }

  /// The program has got session data of a session in which the engine takes part.
  static func programTakes(_ sessionData: UnsafeRawBufferPointer) {
    guard resumption.sharesTickets else { return }
    atWork { unsafe sharedTickets?.isTaken(sessionData, of: resumption, isReachable: !hasOtherRoot) }
  }

  /// Calls of the program's may pass unseen from now on: what it may use is its own.
  static func withdrawTickets() {
    if !hasOtherRoot { sharedTickets?.withdrawAll(of: resumption) }
  }

  private static let reusing = Lock(false)

  /// The program resumes sessions that are still alive, as clients of FTPS do.
  static var reusesLiveSessions: Bool { reusing.withLock { $0 } }
  static func notesReuseOfLiveSessions() { reusing.withLock { $0 = true } }

  /// Whether a function is in a library of this name, or one that begins so; no if that can't be told.
  static func `is`(_ function: UnsafeRawPointer, inLibrary name: StaticString) -> Bool {
    name.withUTF8Buffer { name in
      unsafe process?.pointee.is_in_library(
        function, UnsafeRawPointer(name.baseAddress)?.assumingMemoryBound(to: CChar.self)) != 0
    }
  }

  /// Runs what may touch the store. No descriptor stays open behind it: a program may close or reuse any number.
  static func atWork<Result>(_ body: () -> Result) -> Result {
    defer {
      store?.letGo()
      if case .success(let made) = sharing { made?.1.letGo() }
    }
    return body()
  }
}
