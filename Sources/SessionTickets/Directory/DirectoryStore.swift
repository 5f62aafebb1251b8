import SessionTicketsLocking

/// A store in a folder, with one file per record: it outlives the process, and any number of processes may share it.
///
/// Whoever's unlink(2) succeeds owns a ticket. There is no lock to wait for, nothing shared that could be damaged, and
/// no state in between that a killed process could leave. No operation on one server grows with the store.
///
/// Nothing is read before the first operation, and nothing is made before something is stored, or everything removed,
/// which holds for what is under way elsewhere too: a store that doesn't exist is empty. The folder must belong to the
/// effective user, and nobody else may write it.
///
/// `StoreBounds.bytes` counts whole blocks of 4096 bytes. Bounds hold for each of the store's shards, about 20 records
/// each; a shard may hold 128 KiB, even if the bound's share is less.
public final class DirectoryStore: TicketStore {
  public let role: StoreRole
  /// The folder, as it was given.
  public let path: String
  let bounds: StoreBounds
  let method: InstallMethod
  private let observer: StoreObserver?
  private let state = Lock(State.unopened)

  private enum State {
    case unopened
    case open(OpenDirectory)
    case closed
  }

  /// Names a store; it is opened by the first call that needs it.
  /// - Parameters:
  ///   - path: A folder, absolute or relative to the current one at the first call.
  ///   - role: The side of TLS; each role has a folder of its own in there.
  ///   - bounds: How many shards the store has is fixed by the bounds of whoever first stores something in it.
  ///   - observer: Is told of every event in this process.
  public convenience init(
    path: String, role: StoreRole = .client, bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil
  ) {
    self.init(path: path, role: role, bounds: bounds, method: .unnamed, observer: observer)
  }

  package init(
    path: String, role: StoreRole, bounds: StoreBounds, method: InstallMethod, observer: StoreObserver?
  ) {
    self.path = path
    self.role = role
    self.bounds = bounds
    self.method = method
    self.observer = observer
  }

  public func close() {
    // Calls under way keep the folder open until they return.
    state.withLock { $0 = .closed }
  }

  /// Closes its descriptor, until the next call opens the folder again: for a process whose descriptors are not its own
  /// to keep, as it may close or reuse any number.
  package func letGo() {
    state.withLock { state in
      if case .open = state { state = .unopened }
    }
  }

  func notify(_ event: @autoclosure () -> StoreEvent) {
    if let observer { observer(event()) }
  }

  /// Opens the store. Returns nil if it doesn't exist.
  func opened() throws(StoreError) -> OpenDirectory? {
    try state.withLock { state throws(StoreError) in
      switch state {
      case .closed: throw .storeClosed(place: path)
      case .open(let directory): return directory
      case .unopened:
        guard let root = try Folder.open(path, create: false),
          let folder = try root.subfolder(role.folderName, create: false),
          let layout = try StoreLayout.read(in: folder)
        else { return nil }
        let directory = OpenDirectory(folder: folder, layout: layout, bounds: bounds)
        state = .open(directory)
        return directory
      }
    }
  }

  /// Opens the store, and makes it if need be.
  func openedOrMade(now: WallTime) throws(StoreError) -> OpenDirectory {
    try state.withLock { state throws(StoreError) in
      switch state {
      case .closed: throw .storeClosed(place: path)
      case .open(let directory): return directory
      case .unopened:
        guard let root = try Folder.open(path, create: true),
          let folder = try root.subfolder(role.folderName, create: true)
        else { throw StoreError(.unavailable, "the folder was deleted while it was made", place: path) }
        let layout = try StoreLayout.readOrMake(in: folder, bounds: bounds, method: method, now: now)
        let directory = OpenDirectory(folder: folder, layout: layout, bounds: bounds)
        state = .open(directory)
        return directory
      }
    }
  }

  /// Opens the shard of a server. Returns nil if nothing was stored there.
  func shard(of server: Digest) throws(StoreError) -> Shard? {
    // Twice: somebody may have deleted the store that was open here.
    for _ in 0..<2 {
      guard let directory = try opened() else { return nil }
      if let shard = try directory.shard(of: server, create: false) { return shard }
      guard directory.folder.isDeleted else { return nil }
      forget(directory)
    }
    return nil
  }

  /// Opens the shard of a server, and makes it if need be.
  func shardOrMake(of server: Digest, now: WallTime) throws(StoreError) -> Shard {
    // Twice: somebody may have deleted the store that was open here.
    for _ in 0..<2 {
      let directory = try openedOrMade(now: now)
      if let shard = try directory.shard(of: server, create: true) { return shard }
      forget(directory)
    }
    throw StoreError(.unavailable, "the store is being deleted", place: path)
  }

  /// Visits every shard of the store, until the closure returns false.
  func forEachShard(_ visit: (borrowing Shard) throws(StoreError) -> Bool) throws(StoreError) {
    try present()?.forEachShard(visit)
  }

  public func generation() throws(StoreError) -> StoreGeneration {
    guard let directory = try present() else { return GenerationFile.first }
    return try GenerationFile.read(in: directory.folder)
  }

  /// Opens the store. Returns nil if it doesn't exist, or not any more.
  private func present() throws(StoreError) -> OpenDirectory? {
    guard let directory = try opened() else { return nil }
    guard directory.folder.isDeleted else { return directory }
    forget(directory)
    return try opened()
  }

  /// Lets go of a folder that was deleted, so that the next call opens what is there now.
  func forget(_ directory: OpenDirectory) {
    state.withLock { state in
      if case .open(directory) = state { state = .unopened }
    }
  }
}

private func ~= (left: OpenDirectory, right: OpenDirectory) -> Bool { left === right }

extension StoreRole {
  fileprivate var folderName: EntryName {
    switch self {
    case .client: EntryName("client")
    case .server: EntryName("server")
    }
  }
}
