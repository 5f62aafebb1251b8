public import GnuTLSResumption
import RedisSessionTickets
public import SessionTickets

/// Everything that is said about where tickets and keys are, by options, variables or a caller.
public struct StoreChoice: Sendable {
  /// A path or a URL; nil for the user's own folder.
  public var store: RawPath?
  /// The file of this machine's own key; nil for the user's own.
  public var keyFile: RawPath?
  /// Whose tickets are shared, by names with commas or blanks between them: see `SharedServers`. Has to be said where the
  /// store is a URL, so that nothing is shared that nobody thought of.
  public var shared: String?
  /// The file of the key that all who share the store have. It has to be named, and is never made.
  public var sharedKeyFile: RawPath?
  /// The bounds of this machine's own store.
  public var bounds = StoreBounds()
  /// The choice stands where other programs can read it, as in an environment: a password must not stand in it.
  public var isInherited = false

  public init(
    store: RawPath? = nil, keyFile: RawPath? = nil, shared: String? = nil, sharedKeyFile: RawPath? = nil
  ) {
    self.store = store
    self.keyFile = keyFile
    self.shared = shared
    self.sharedKeyFile = sharedKeyFile
  }

  /// The location that is named; nil for the user's own folder.
  public func location() throws(StoreError) -> StoreLocation? {
    guard let store else { return nil }
    return try StoreLocation(store)
  }

  /// This machine's own folder.
  package func localPlace() throws(StoreError) -> FolderPlace {
    if let store, !RedisURL.isMeant(by: store.bytes) { return FolderPlace(store) }
    return try StandardPlaces.storePlace()
  }

  /// What of it is to be shared, and where.
  /// - Parameter local: This machine's own store and key; nil if there is none.
  /// - Returns: Nil if nothing is to be shared.
  /// - Throws: What is missing, or contradicts itself.
  package func sharing(beside local: LocalTickets?) throws(StoreError) -> (Sharing, RestingStore)? {
    guard case .server(let url)? = try location() else {
      guard shared == nil, sharedKeyFile == nil else {
        throw Self.failure("tickets can only be shared by way of a store that is named by a URL", nil)
      }
      return nil
    }
    guard !isInherited || !url.holdsPassword else {
      throw Self.failure("a password stands where other programs can read it; write ?password-file=FILE instead", url)
    }
    guard let shared else {
      throw Self.failure("say whose tickets are shared: by names, or '*' for all", url)
    }
    guard let sharedKeyFile else { throw Self.failure("name the file of the key that is shared", url) }
    // By the path that is written: others would have all that this machine keeps for itself.
    let own = keyFile ?? (try? StandardPlaces.masterKey())
    guard sharedKeyFile != own else {
      throw Self.failure("the shared key must be another than this machine's own: name another file", url)
    }
    let servers = try SharedServers(list: shared)
    let store = RestingStore(url, beside: local)
    var sharing = Sharing(of: servers, in: store, masterKey: .handedOutFile(sharedKeyFile))
    sharing.claimMilliseconds = url.wait
    sharing.keepMilliseconds = 4 * url.wait
    return (sharing, store)
  }

  /// Where the tickets of this machine alone are.
  package var masterKey: MasterKeySource { keyFile.map { .file($0) } ?? .standardFile }

  private static func failure(_ message: String, _ url: RedisURL?) -> StoreError {
    StoreError(.unavailable, message, place: url?.description ?? "")
  }
}

/// What a shared store needs of this machine's own: for notes, and for the tickets of a connection by TLS to the store.
package struct LocalTickets: Sendable {
  package let place: FolderPlace
  package let store: any TicketStore
  package let masterKey: MasterKeySource

  package init(place: FolderPlace, store: any TicketStore, masterKey: MasterKeySource) {
    self.place = place
    self.store = store
    self.masterKey = masterKey
  }
}

extension Resumption {
  /// Keeps tickets where a choice says. If that can't be, connections go on without, and say why.
  public convenience init(_ choice: StoreChoice, options: ResumptionOptions = .init()) {
    do throws(StoreError) {
      if case .folder(let path)? = try choice.location() {
        // Nobody else's business than that folder's.
        _ = try choice.sharing(beside: nil)
        self.init(folder: path, bounds: choice.bounds, masterKey: choice.masterKey, options: options)
      } else {
        let local = (try? choice.localPlace()).map { place in
          LocalTickets(
            place: place, store: DirectoryStore(at: place, bounds: choice.bounds), masterKey: choice.masterKey)
        }
        let sharing = try choice.sharing(beside: local)?.0
        if let local {
          self.init(store: local.store, masterKey: local.masterKey, sharing: sharing, options: options)
        } else {
          self.init(bounds: choice.bounds, masterKey: choice.masterKey, sharing: sharing, options: options)
        }
      }
    } catch {
      self.init(failing: error, options: options)
    }
  }
}
