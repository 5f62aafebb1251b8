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

  /// Once, before anything else.
  static func start() {
    _ = Settings.program
    HandshakeLog.start()
  }

  /// Runs what may touch the store. No descriptor stays open behind it: a program may close or reuse any number.
  static func atWork<Result>(_ body: () -> Result) -> Result {
    defer { store?.letGo() }
    return body()
  }
}
