internal import SessionTickets

/// The file of the master key: 32 bytes that only their owner may read, in a folder that only the owner may write; or a
/// credential of a system service, which is never made.
///
/// A key that is gone is an empty store. One that is there but can't be used is an error: a new key would orphan the
/// tickets of whoever can use it.
struct KeyFile {
  private let place: FolderPlace

  init(_ place: FolderPlace) { self.place = place }

  private var path: String { place.path.description }

  /// Reads the key. If there is none, makes one, or returns nil.
  ///
  /// Of any number of processes that make it at once, all end with the same.
  func load(create: Bool) throws(StoreError) -> MasterKey? {
    let (parent, name) = place.split
    guard !name.isEmpty, name != Array(".".utf8), name != Array("..".utf8), !place.path.bytes.contains(0) else {
      throw StoreError(.unavailable, "the master key's path names no file", place: path)
    }
    let isCredential = place.origin == .credentials
    let mayMake = create && !isCredential
    guard let folder = try Folder.open(parent, create: mayMake) else { return nil }
    let file = OnceMadeFile(
      EntryName(name), in: folder, atMost: MasterKey.byteCount, isCredential ? .credential : .secret)
    var bytes: [UInt8]
    if mayMake {
      bytes = try file.readOrMake(newKey(), now: .now())
    } else {
      guard let known = try file.read() else { return nil }
      bytes = known
    }
    defer { bytes.wipe() }
    guard let key = MasterKey(bytes) else {
      throw StoreError(
        .unavailable,
        "the master key has \(bytes.count) bytes instead of \(MasterKey.byteCount); "
          + (isCredential ? "give the service another" : "delete it to begin anew"),
        place: path)
    }
    return key
  }

  private func newKey() throws(StoreError) -> [UInt8] {
    do {
      return try MasterKey.generate()
    } catch {
      throw StoreError(.unavailable, "no master key can be drawn: \(error)", place: path)
    }
  }
}
