internal import CPreload
internal import GnuTLSResumption
internal import SessionTickets

/// What all sessions of the process share.
enum Engine {
  private static let store: DirectoryStore? = {
    if let path = Settings.store { return DirectoryStore(path: path) }
    return (try? StandardPlaces.storePlace()).map { DirectoryStore(at: $0) }
  }()

  static let resumption: Resumption = {
    let key = Settings.keyFile.map { MasterKeySource.file($0) } ?? .standardFile
    // Without a place for tickets the outcome says so.
    guard let store else { return Resumption(masterKey: key) }
    return Resumption(store: store, masterKey: key)
  }()

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

  /// Calls of the program's may have passed unseen: a check could be missed, and nothing is offered or kept.
  static var hasUnseenCalls: Bool { unsafe process?.pointee.has_unseen_calls() != 0 }

  /// The process's root isn't any more what it was: the paths of the store and of the log lead elsewhere.
  static var hasOtherRoot: Bool { unsafe process?.pointee.has_other_root() != 0 }

  /// Runs what may touch the store. No descriptor stays open behind it: a program may close or reuse any number.
  static func atWork<Result>(_ body: () -> Result) -> Result {
    defer { store?.letGo() }
    return body()
  }
}
