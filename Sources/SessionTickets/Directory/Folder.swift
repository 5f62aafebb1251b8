import CSessionTickets
import Glibc

/// An open folder that belongs to the effective user, and that nobody else may write.
///
/// The descriptor is closed when the last reference goes, so that a folder can be let go of while other threads
/// still work in it.
package final class Folder: Sendable {
  package let descriptor: Descriptor
  private let location: Location
  /// The process that opened it, if it can be told.
  let process = ProcessGeneration.current

  /// Put together only for a message: opening a shard must cost little.
  private indirect enum Location: Sendable {
    case path(RawPath)
    case inside(Location, EntryName)

    var path: String {
      switch self {
      case .path(let path): path.description
      case .inside(let parent, let name): "\(parent.path)/\(name.text)"
      }
    }
  }

  private init(_ descriptor: consuming Descriptor, _ location: Location) {
    self.descriptor = descriptor
    self.location = location
  }

  /// For messages.
  package var path: String { location.path }

  /// Opens a folder by its path, relative to the current folder or absolute.
  ///
  /// Symbolic links are followed only where nobody else could have set them.
  /// - Parameter create: Make what is missing, for the user alone (mode 0700), in folders of the user.
  /// - Returns: Nil if the folder is missing and was not to be made.
  /// - Throws: ``StoreError/Code-swift.struct/unsafe`` if others could have put something there, or own it;
  ///   ``StoreError/Code-swift.struct/unavailable``.
  package static func open(_ place: FolderPlace, create: Bool) throws(StoreError) -> Folder? {
    guard let descriptor = try PathWalk.open(place, create: create) else { return nil }
    return Folder(descriptor, .path(place.path))
  }

  /// Opens a folder in this one, never through a symbolic link, with the same demands.
  /// - Parameter isKept: It is to be kept open after the call.
  /// - Returns: Nil if it is missing and was not to be made, or if this folder itself was deleted.
  package func subfolder(_ name: EntryName, create: Bool, isKept: Bool = false) throws(StoreError) -> Folder? {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var number = unsafe openat(descriptor.number, name.characters, flags)
    if number < 0, errno == ENOENT, create {
      guard let parent = descriptor.status() else { throw failure("the folder can't be examined", errno: errno) }
      if try Making.makeFolder(name, in: descriptor.number, parent, for: path) == ENOENT { return nil }
      number = unsafe openat(descriptor.number, name.characters, flags)
    }
    let location = Location.inside(self.location, name)
    guard number >= 0 else {
      switch errno {
      case ENOENT: return nil
      case ENOTDIR, ELOOP: throw StoreError(.unavailable, "not a folder", place: location.path, errno: ENOTDIR)
      case let code: throw StoreError(.unavailable, "the folder can't be opened", place: location.path, errno: code)
      }
    }
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else {
      let code = errno
      close(number)
      throw StoreError(.unavailable, "the folder can't be examined", place: location.path, errno: code)
    }
    let opened = isKept ? Descriptor(keeping: number, status) : Descriptor(owning: number)
    try Self.check(status, path: location.path)
    return Folder(opened, location)
  }

  /// Whether a folder that was kept is still there, and fulfils the demands on one that is opened now.
  func isPresent() -> Bool {
    guard let status = descriptor.statusIfSame() else {
      // Never to be closed: the same folder may be opened again by the same number, while others still hold on to this.
      _ = unsafe Unmanaged.passRetained(self)
      Descriptor.noteLoss()
      return false
    }
    return status.st_nlink > 0 && (try? Self.check(status, path: "")) != nil
  }

  /// What tells an entry from all others; nil if there is none of this name.
  func identity(of name: EntryName) throws(StoreError) -> FileIdentity? {
    var status = stat()
    if unsafe fstatat(descriptor.number, name.characters, &status, AT_SYMLINK_NOFOLLOW) == 0 {
      return FileIdentity(status)
    }
    guard errno == ENOENT else { throw failure("'\(name.text)' can't be looked for", errno: errno) }
    return nil
  }

  /// Opens the same folder again, for a listing of one's own: a descriptor has one position, for all threads.
  func reopened() throws(StoreError) -> Folder {
    let number = unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw failure("the folder can't be listed", errno: errno) }
    return Folder(Descriptor(owning: number), location)
  }

  static func check(
    _ status: stat, path: @autoclosure () -> String, origin: FolderPlace.Origin = .user
  ) throws(StoreError) {
    guard status.st_uid == geteuid() || origin == .credentials && status.st_uid == 0 else {
      throw StoreError(
        .unsafe, "the folder belongs to user \(status.st_uid), not to user \(geteuid()) who runs this; use another",
        place: path())
    }
    guard !status.isWritableByOthers else {
      throw StoreError(
        .unsafe, "others than its owner may write the folder; take that from them with chmod go-w", place: path())
    }
  }

  func failure(_ message: String, errno: Int32) -> StoreError {
    StoreError(.unavailable, message, place: path, errno: errno)
  }
}
