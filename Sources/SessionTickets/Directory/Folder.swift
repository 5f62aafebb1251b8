import CSessionTickets
import Glibc

/// An open folder that belongs to the effective user, and that nobody else may write.
///
/// The descriptor is closed when the last reference goes, so that a folder can be let go of while other threads
/// still work in it.
package final class Folder: Sendable {
  package let descriptor: Descriptor
  private let location: Location
  /// What tells the folder from others; nil where nobody asks.
  private let identity: (device: dev_t, inode: ino_t)?
  /// The process that opened it, if it can be told.
  let process = ProcessGeneration.current

  /// Put together only for a message: opening a shard must cost little.
  private indirect enum Location: Sendable {
    case path(String)
    case inside(Location, EntryName)

    var path: String {
      switch self {
      case .path(let path): path
      case .inside(let parent, let name): "\(parent.path)/\(name.text)"
      }
    }
  }

  private init(_ descriptor: consuming Descriptor, _ location: Location, _ status: stat? = nil) {
    self.descriptor = descriptor
    self.location = location
    identity = status.map { ($0.st_dev, $0.st_ino) }
  }

  /// For messages.
  package var path: String { location.path }

  /// Opens a folder by its path, relative to the current folder or absolute.
  ///
  /// Symbolic links are followed only where nobody else could have set them.
  /// - Parameter create: Make what is missing, for the user alone (mode 0700).
  /// - Returns: Nil if the folder is missing and was not to be made.
  /// - Throws: ``StoreError/Code-swift.struct/unsafe`` if others could have put something there, or own it;
  ///   ``StoreError/Code-swift.struct/unavailable``.
  package static func open(_ path: String, create: Bool) throws(StoreError) -> Folder? {
    guard let descriptor = try PathWalk.open(path, create: create) else { return nil }
    return Folder(descriptor, .path(path))
  }

  /// Opens a folder in this one, never through a symbolic link, with the same demands.
  /// - Returns: Nil if it is missing and was not to be made, or if this folder itself was deleted.
  package func subfolder(_ name: EntryName, create: Bool) throws(StoreError) -> Folder? {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var number = unsafe openat(descriptor.number, name.characters, flags)
    if number < 0, errno == ENOENT, create {
      guard unsafe mkdirat(descriptor.number, name.characters, S_IRWXU) == 0 || errno == EEXIST else {
        if errno == ENOENT { return nil }
        throw failure("the folder '\(name.text)' can't be made", errno: errno)
      }
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
    let opened = Descriptor(owning: number)
    guard let status = opened.status() else {
      throw StoreError(.unavailable, "the folder can't be examined", place: location.path, errno: errno)
    }
    try Self.check(status, path: location.path)
    return Folder(opened, location, status)
  }

  /// What fstat(2) says of the descriptor, if it is still that of this folder; else nil.
  func statusIfSame() -> stat? {
    guard let identity, let status = descriptor.status(), status.st_dev == identity.device,
      status.st_ino == identity.inode, status.isKind(S_IFDIR)
    else { return nil }
    return status
  }

  /// Opens the same folder again, for a listing of one's own: a descriptor has one position, for all threads.
  func reopened() throws(StoreError) -> Folder {
    let number = unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw failure("the folder can't be listed", errno: errno) }
    return Folder(Descriptor(owning: number), location)
  }

  /// Whether somebody deleted the folder meanwhile.
  var isDeleted: Bool { descriptor.status()?.st_nlink == 0 }

  static func check(_ status: stat, path: @autoclosure () -> String) throws(StoreError) {
    guard status.st_uid == geteuid() else {
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
