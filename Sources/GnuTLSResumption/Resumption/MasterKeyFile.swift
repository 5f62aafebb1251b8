public import SessionTickets

/// A file of master keys, for who looks after it: to see what is in it, to draw a new key, and to hand the keys to other
/// machines.
///
/// Each ``Resumption`` reads the file by itself, and again now and then: new tickets are sealed under the newest key, and
/// those under an older one are opened until they have ended.
public struct MasterKeyFile: Sendable {
  /// What may be known of a key.
  public struct Description: Hashable, Sendable {
    /// 16 hexadecimal digits, which tell nothing of the key.
    public let id: String
    /// When it was drawn, in seconds since 1970; nil if nobody knows.
    public let made: Int64?
    /// From when on its last tickets have ended, in seconds since 1970: nobody needs it then. Nil of the newest.
    public let neededUntil: Int64?
  }

  private let file: KeyFile
  private let path: String
  private let clock: @Sendable () -> WallTime

  /// Names a file; nil for the user's own (``StandardPlaces``).
  /// - Throws: `StoreError` if there is no place for that.
  public init(_ path: RawPath? = nil, clock: @escaping @Sendable () -> WallTime = WallTime.now) throws(StoreError) {
    let place = if let path { FolderPlace(path) } else { try StandardPlaces.masterKeyPlace() }
    FolderPlace.noteRoot()
    file = KeyFile(place)
    self.path = place.path.description
    self.clock = clock
  }

  /// The keys that are needed, the newest first; none if there is no file.
  public func keys() throws(StoreError) -> [Description] {
    let now = clock()
    guard let contents = try file.contents(create: false, now: now) else { return [] }
    return descriptions(contents, now)
  }

  /// Draws a new key, which seals from now on. Older ones go once nobody needs them.
  /// - Parameter discardingOlder: They go at once, with all tickets under them: somebody else may have seen them.
  /// - Returns: The keys that there are then.
  /// - Throws: `StoreError`, also if there are too many keys that are still needed.
  @discardableResult
  public func rotate(discardingOlder: Bool = false) throws(StoreError) -> [Description] {
    let now = clock()
    let key = try file.newKey()
    let changed = try file.change(now: now) { (old) throws(StoreError) in
      let made = max(now.seconds, 0)
      guard !discardingOlder, var contents = old else { return KeyFileContents(key, made: made) }
      contents.removeEnded(at: now.seconds)
      contents.add(key, made: made)
      guard contents.entries.count <= KeyFileContents.mostKeys else {
        throw StoreError(
          .unavailable,
          "\(KeyFileContents.mostKeys) keys are still needed; rotate less often, or discard the older ones",
          place: path)
      }
      return contents
    }
    return descriptions(changed, now)
  }

  /// The keys that are needed, as text that `import` takes, and that may also stand in a key file, or in a
  /// service's credential, as it is. It is as secret as the keys.
  /// - Throws: `StoreError`, also if there is no file.
  public func exported() throws(StoreError) -> [UInt8] {
    let now = clock()
    guard var contents = try file.contents(create: false, now: now) else {
      throw StoreError(.unavailable, "there is no key to export; 'rotate' draws one", place: path)
    }
    contents.removeEnded(at: now.seconds)
    guard let text = contents.bytes else {
      throw StoreError(.unavailable, "GnuTLS gives no digest for the master key", place: path)
    }
    return text
  }

  /// Puts exported keys in the place of those that are there.
  /// - Parameters:
  ///   - text: What was exported.
  ///   - replacing: Also where that takes a key away that is still needed, or an older one's place from the newest.
  /// - Returns: The keys that there are then.
  /// - Throws: `StoreError`: damaged text; or a needed key would go: nothing has changed then.
  @discardableResult
  public func `import`(_ text: [UInt8], replacing: Bool = false) throws(StoreError) -> [Description] {
    let now = clock()
    let imported: KeyFileContents
    do throws(KeyFileContents.Fault) {
      // Whether that is as it was nobody could tell.
      guard text.count != MasterKey.byteCount else { throw .noDigest }
      imported = try KeyFileContents(text)
    } catch {
      throw StoreError(
        .unavailable, "what is imported is no list of keys: \(error.text); nothing has changed", place: "")
    }
    let changed = try file.change(now: now) { (old) throws(StoreError) in
      guard let old, !replacing else { return imported }
      for index in old.entries.indices where old.isNeeded(index, at: now.seconds) {
        let key = old.entries[index].key
        guard !imported.entries.contains(where: { $0.key.id == key.id }) else { continue }
        throw StoreError(
          .unavailable, "key \(key.idText) would go, and its tickets with it; nothing has changed", place: path)
      }
      return imported
    }
    return descriptions(changed, now)
  }

  private func descriptions(_ contents: KeyFileContents, _ now: WallTime) -> [Description] {
    contents.entries.indices.filter { contents.isNeeded($0, at: now.seconds) }.map { index in
      let entry = contents.entries[index]
      return Description(
        id: entry.key.idText, made: entry.made == 0 ? nil : entry.made,
        neededUntil: contents.superseded(index)?.addingClamped(KeyFileContents.secondsAfterSuccessor))
    }
  }
}
