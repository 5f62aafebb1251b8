internal import SessionTickets

/// The file of the master keys, that only their owner may read, in a folder that only the owner may write; or a credential
/// of a system service, which is never made. What is in it: ``KeyFileContents``.
///
/// A key that is gone is an empty store. One that is there but can't be used is an error: a new key would orphan the
/// tickets of whoever can use it.
struct KeyFile {
  private let place: FolderPlace
  /// Others hold the same keys: for messages.
  private let isHandedOut: Bool

  init(_ place: FolderPlace, isHandedOut: Bool = false) {
    self.place = place
    self.isHandedOut = isHandedOut
  }

  private var path: String { place.path.description }
  private var isCredential: Bool { place.origin == .credentials }

  /// Reads the keys. If there are none, makes one, or returns nil.
  ///
  /// Of any number of processes that make it at once, all end with the same.
  func load(create: Bool, now: WallTime = .now()) throws(StoreError) -> KeyRing? {
    try contents(create: create, now: now)?.ring(at: now.seconds)
  }

  /// The same, with all that the file says of them.
  func contents(create: Bool, now: WallTime) throws(StoreError) -> KeyFileContents? {
    let mayMake = create && !isCredential
    guard let file = try file(create: mayMake) else { return nil }
    var bytes: [UInt8]
    if let known = try file.read() {
      bytes = known
    } else {
      guard mayMake else { return nil }
      var new = try newText(now)
      defer { new.wipe() }
      bytes = try file.readOrMake(new, now: now)
    }
    defer { bytes.wipe() }
    return try parse(bytes)
  }

  /// Changes what is in the file, for all who read it at once. Who else changes it meanwhile waits.
  /// - Parameter change: Is given what there is, nil if nothing is; what it returns takes its place.
  /// - Returns: What is there then.
  func change(
    now: WallTime, _ change: (KeyFileContents?) throws(StoreError) -> KeyFileContents
  ) throws(StoreError) -> KeyFileContents {
    guard !isCredential else {
      throw StoreError(.unavailable, "a service's credential is the service manager's to change", place: path)
    }
    guard let file = try file(create: true) else {
      throw StoreError(.unavailable, "the folder was deleted while it was made", place: path)
    }
    var result: KeyFileContents?
    try file.replace(now: now) { (bytes) throws(StoreError) in
      let old: KeyFileContents?
      if var bytes {
        defer { bytes.wipe() }
        old = try parse(bytes)
      } else {
        old = nil
      }
      let new = try change(old)
      result = new
      return try text(of: new)
    }
    guard let result else { throw StoreError(.unavailable, "nothing was changed", place: path) }
    return result
  }

  /// A key for a file.
  func newKey() throws(StoreError) -> MasterKey {
    let key: MasterKey?
    do {
      key = try MasterKey.generate()
    } catch {
      throw StoreError(.unavailable, "no master key can be drawn: \(error)", place: path)
    }
    guard let key else { throw failure(.noMemory) }
    return key
  }

  /// The fault, of this file.
  func failure(_ fault: KeyFileContents.Fault) -> StoreError {
    let advice =
      isHandedOut
      ? "bring it here again" : isCredential ? "give the service another" : "delete it to begin anew"
    return StoreError(.unavailable, "the master key can't be used: \(fault.text); \(advice)", place: path)
  }

  /// Nil if its folder is missing and not to be made.
  private func file(create: Bool) throws(StoreError) -> OnceMadeFile? {
    let (parent, name) = place.split
    guard !name.isEmpty, name != Array(".".utf8), name != Array("..".utf8), !place.path.bytes.contains(0) else {
      throw StoreError(.unavailable, "the master key's path names no file", place: path)
    }
    guard let folder = try Folder.open(parent, create: create) else { return nil }
    return OnceMadeFile(
      EntryName(name), in: folder, atMost: KeyFileContents.mostBytes, isCredential ? .credential : .secret)
  }

  private func parse(_ bytes: [UInt8]) throws(StoreError) -> KeyFileContents {
    do throws(KeyFileContents.Fault) {
      return try KeyFileContents(bytes)
    } catch {
      throw failure(error)
    }
  }

  private func newText(_ now: WallTime) throws(StoreError) -> [UInt8] {
    try text(of: KeyFileContents(try newKey(), made: max(now.seconds, 0)))
  }

  private func text(of contents: KeyFileContents) throws(StoreError) -> [UInt8] {
    guard let text = contents.bytes else {
      throw StoreError(.unavailable, "GnuTLS gives no digest for the master key", place: path)
    }
    return text
  }
}
