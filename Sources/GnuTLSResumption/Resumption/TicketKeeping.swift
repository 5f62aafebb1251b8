internal import SessionTickets

/// Where tickets, or the keys of a server's own, are kept: a store, and the keys under which they are sealed there.
final class TicketKeeping: Sendable {
  let store: StorePlace
  private let keys: MasterKeys
  /// Other machines take tickets from there too.
  let isShared: Bool
  /// Of a shared one: how long it may be waited for before a handshake, and after it.
  let claimMilliseconds: Int
  let keepMilliseconds: Int

  /// This machine's own.
  init(_ store: StorePlace, _ masterKey: MasterKeySource) {
    FolderPlace.noteRoot()
    self.store = store
    isShared = false
    claimMilliseconds = 0
    keepMilliseconds = 0
    keys = MasterKeys(masterKey)
  }

  init(_ sharing: Sharing) {
    store = sharing.store
    isShared = true
    claimMilliseconds = sharing.claimMilliseconds
    keepMilliseconds = sharing.keepMilliseconds
    keys = MasterKeys(sharing.masterKey)
  }

  /// The master keys, or nil if there are none yet and none are to be made.
  /// - Throws: Also if others should have handed them out, and haven't.
  func keyRing(create: Bool, now: WallTime) throws(StoreError) -> KeyRing? {
    // Without a place for tickets no key is needed.
    _ = try store.get()
    let ring = try keys.ring(create: create, now: now)
    guard ring == nil, isShared else { return ring }
    throw StoreError(
      .unavailable, "the shared key is missing; bring it here with 'gnutls-resume key import'", place: keys.path)
  }
}

/// Where tickets are kept, or why there is no place for them.
enum StorePlace: Sendable {
  case place(any TicketStore)
  case none(StoreError)

  /// - Parameter folder: Nil for the user's own.
  static func folder(_ folder: RawPath?, role: StoreRole = .client, bounds: StoreBounds = StoreBounds()) -> StorePlace {
    do throws(StoreError) {
      let place = if let folder { FolderPlace(folder) } else { try StandardPlaces.storePlace() }
      return .place(DirectoryStore(at: place, role: role, bounds: bounds))
    } catch {
      return .none(error)
    }
  }

  func get() throws(StoreError) -> any TicketStore {
    switch self {
    case .place(let store): return store
    case .none(let error): throw error
    }
  }
}
