import SessionTicketsLocking

/// A store in a folder, with one file per record: it outlives the process, and any number of processes may share it.
///
/// Whoever's unlink(2) succeeds owns a ticket. There is no lock to wait for, nothing shared that could be damaged, and
/// no state in between that a killed process could leave. No operation on one server grows with the store.
///
/// Nothing is read before the first operation, and nothing is made before something is stored, or everything removed,
/// which holds for what is under way elsewhere too: a store that doesn't exist is empty. The folder must belong to the
/// effective user, and nobody else may write it; what is missing of it is made only in folders of that user. A shard that
/// holds more than 4,096 files is set aside, and what is in it lost; removing everything, or what has expired, removes it.
///
/// `StoreBounds.bytes` counts whole blocks of 4096 bytes. Bounds hold for each of the store's shards, about 20 records
/// each; a shard may hold 128 KiB, even if the bound's share is less.
public final class DirectoryStore: TicketStore {
  public let role: StoreRole
  /// The folder, as it was given.
  public var path: RawPath { place.path }
  private let place: FolderPlace
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
    path: RawPath, role: StoreRole = .client, bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil
  ) {
    self.init(at: FolderPlace(path), role: role, bounds: bounds, method: .unnamed, observer: observer)
  }

  /// The same, for a path that is text.
  public convenience init(
    path: String, role: StoreRole = .client, bounds: StoreBounds = StoreBounds(), observer: StoreObserver? = nil
  ) {
    self.init(path: RawPath(path), role: role, bounds: bounds, observer: observer)
  }

  package init(
    at place: FolderPlace, role: StoreRole = .client, bounds: StoreBounds = StoreBounds(),
    method: InstallMethod = .unnamed, observer: StoreObserver? = nil
  ) {
    Making.noteRoot()
    self.place = place
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

  /// Opens the store, unless it is open. Returns nil if it doesn't exist.
  func opened() throws(StoreError) -> OpenDirectory? {
    try state.withLock { state throws(StoreError) in
      if let directory = try present(in: state) { return directory }
      guard let root = try Folder.open(place, create: false),
        let folder = try root.subfolder(role.folderName, create: false, isKept: true),
        let layout = try StoreLayout.read(in: folder)
      else {
        state = .unopened
        return nil
      }
      return keep(OpenDirectory(folder: folder, layout: layout, bounds: bounds), in: &state)
    }
  }

  /// Opens the store, and makes it if need be.
  func openedOrMade(now: WallTime) throws(StoreError) -> OpenDirectory {
    try state.withLock { state throws(StoreError) in
      if let directory = try present(in: state) { return directory }
      guard let root = try Folder.open(place, create: true),
        let folder = try root.subfolder(role.folderName, create: true, isKept: true)
      else { throw StoreError(.unavailable, "the folder was deleted while it was made", place: path.description) }
      let layout = try StoreLayout.readOrMake(in: folder, bounds: bounds, method: method, now: now)
      return keep(OpenDirectory(folder: folder, layout: layout, bounds: bounds), in: &state)
    }
  }

  /// What is open, if it is still there and its descriptor still its own.
  private func present(in state: State) throws(StoreError) -> OpenDirectory? {
    switch state {
    case .closed: throw .storeClosed(place: path.description)
    case .open(let directory): directory.folder.isPresent() ? directory : nil
    case .unopened: nil
    }
  }

  private func keep(_ directory: OpenDirectory, in state: inout sending State) -> OpenDirectory {
    state = directory.folder.descriptor.isKept ? .open(directory) : .unopened
    return directory
  }

  /// Gives the shard of a server, if it is the one that was used last. Its own descriptor proves all that is needed.
  private func keptShard(of server: Digest) throws(StoreError) -> Shard? {
    let directory = try state.withLock { state throws(StoreError) -> OpenDirectory? in
      switch state {
      case .closed: throw .storeClosed(place: path.description)
      case .open(let directory): directory
      case .unopened: nil
      }
    }
    return directory?.keptShard(of: server)
  }

  /// Opens the shard of a server. Returns nil if nothing was stored there.
  func shard(of server: Digest) throws(StoreError) -> Shard? {
    if let kept = try keptShard(of: server) { return kept }
    return try opened()?.shard(of: server, create: false)
  }

  /// Opens the shard of a server, and makes it if need be.
  func shardOrMake(of server: Digest, now: WallTime) throws(StoreError) -> Shard {
    if let kept = try keptShard(of: server) { return kept }
    // Twice: somebody may delete the store just now.
    for _ in 0..<2 {
      if let shard = try openedOrMade(now: now).shard(of: server, create: true) { return shard }
    }
    throw StoreError(.unavailable, "the store is being deleted", place: path.description)
  }

  /// Runs what lists the shard of a server. If that holds too many files, it is set aside, and the whole runs again.
  func withRoom<Result>(
    for server: Digest, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    var attempts = 0
    while true {
      do throws(StoreError) {
        return try body()
      } catch {
        attempts += 1
        guard error.code == .crowded else { throw error }
        guard attempts < 20 else { throw StoreError(.unavailable, error.message, place: error.place) }
      }
      try opened()?.setAsideShard(of: server)
    }
  }

  /// Visits every shard of the store, until the closure returns false.
  func forEachShard(_ visit: (borrowing Shard) throws(StoreError) -> Bool) throws(StoreError) {
    try opened()?.forEachShard(visit)
  }

  public func generation() throws(StoreError) -> StoreGeneration {
    guard let directory = try opened() else { return GenerationFile.first }
    return try GenerationFile.read(in: directory.folder)
  }
}

extension StoreRole {
  fileprivate var folderName: EntryName {
    switch self {
    case .client: EntryName("client")
    case .server: EntryName("server")
    }
  }
}
