import CSessionTickets
import Glibc

/// Opens a folder by its path, following symbolic links only where nobody else can have put them. Who else may write the
/// folders above doesn't matter: what stands there in the end must be the user's own.
struct PathWalk: ~Copyable {
  /// As many as the kernel itself follows (path_resolution(7)).
  private static let mostLinks = 40

  private let path: RawPath
  private let origin: FolderPlace.Origin
  private var place: Location
  /// The components still to go, the next one last.
  private var pending: [[UInt8]]
  private var linksFollowed = 0

  /// Returns nil if a component is missing and none is to be created.
  static func open(_ folder: FolderPlace, create: Bool) throws(StoreError) -> Descriptor? {
    let path = folder.path
    guard !path.bytes.isEmpty, !path.bytes.contains(0) else {
      throw path.failure("the path of the folder is empty or holds a NUL", errno: ENOENT)
    }
    // Nearly always there is no link on the way: then the walk would come to just this folder.
    let number = unsafe path.withCString { unsafe csessiontickets_open_without_links($0) }
    if number >= 0 {
      let descriptor = Descriptor(owning: number)
      guard let status = descriptor.status() else { throw path.failure("the folder can't be examined", errno: errno) }
      try Folder.check(status, path: path.description, origin: folder.origin)
      return descriptor
    }
    if errno == ENOENT, !create { return nil }
    var walk = try PathWalk(folder)
    var rest = path.bytes
    if let base = folder.base, rest.starts(with: base.bytes) {
      guard try walk.enter(components(base.bytes), create: false) else {
        guard create else { return nil }
        throw base.failure("the folder isn't there, and nothing makes it", errno: ENOENT)
      }
      rest = Array(rest.dropFirst(base.bytes.count))
    }
    guard try walk.enter(components(rest), create: create) else { return nil }
    try Folder.check(walk.place.status, path: path.description, origin: folder.origin)
    return walk.place.takeDescriptor()
  }

  private init(_ folder: FolderPlace) throws(StoreError) {
    path = folder.path
    origin = folder.origin
    place = try Location.start(absolute: path.isAbsolute, path: path)
    pending = []
  }

  private static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
  }

  /// Returns false if a component is missing.
  private mutating func enter(_ components: [[UInt8]], create: Bool) throws(StoreError) -> Bool {
    pending = components.reversed()
    while let component = pending.popLast() {
      guard try enter(EntryName(component), create: create) else { return false }
    }
    return true
  }

  /// Returns false if the component is missing.
  private mutating func enter(_ name: EntryName, create: Bool) throws(StoreError) -> Bool {
    var number = unsafe csessiontickets_open_location(place.number, name.characters)
    if number < 0, errno == ENOENT, create {
      guard try Making.makeFolder(name, in: place.number, place.status, for: path.description) != ENOENT else {
        throw path.failure("the folder '\(name.text)' can't be made", errno: ENOENT)
      }
      number = unsafe csessiontickets_open_location(place.number, name.characters)
    }
    guard number >= 0 else {
      if errno == ENOENT { return false }
      throw path.failure("the folder can't be opened", errno: errno)
    }
    let next = try Location(Descriptor(owning: number), path: path)
    if next.status.isKind(S_IFLNK) {
      try follow(next, name)
    } else {
      guard next.status.isKind(S_IFDIR) else {
        throw path.failure("'\(name.text)' in the path is not a folder", errno: ENOTDIR)
      }
      place = next
    }
    return true
  }

  private mutating func follow(_ link: borrowing Location, _ name: EntryName) throws(StoreError) {
    guard !place.status.isWritableByOthers else {
      throw StoreError(
        .unsafe,
        "'\(name.text)' is a symbolic link in a folder that others may write, so they could have set it; "
          + "name the folder that is meant, or make the link's folder writable by its owner only",
        place: path.description)
    }
    guard Self.mayLink(place.status.st_uid) else {
      throw StoreError(
        .unsafe,
        "'\(name.text)' is a symbolic link in a folder of user \(place.status.st_uid), who could have set it; "
          + "name the folder that is meant",
        place: path.description)
    }
    guard origin == .user || link.status.st_uid == 0 else {
      throw StoreError(
        .unsafe, "'\(name.text)' is a symbolic link of user \(link.status.st_uid), and only root's are followed here",
        place: path.description)
    }
    linksFollowed += 1
    guard linksFollowed <= Self.mostLinks else {
      throw path.failure("too many symbolic links in the path", errno: ELOOP)
    }
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlinkat(link.number, "", &target, target.count)
    guard length > 0 else {
      throw path.failure("the symbolic link '\(name.text)' can't be read", errno: errno)
    }
    let bytes = target.prefix(length).map { UInt8(bitPattern: $0) }
    if bytes.first == UInt8(ascii: "/") { place = try Location.start(absolute: true, path: path) }
    pending += Self.components(bytes).reversed()
  }
}

extension PathWalk {
  /// Whether a folder's owner decides where the user's paths lead anyhow: the user, root, or whoever has the root folder, as
  /// root is somebody else in a user namespace that doesn't know it.
  private static func mayLink(_ owner: uid_t) -> Bool {
    if owner == geteuid() || owner == 0 { return true }
    var root = stat()
    return unsafe stat("/", &root) == 0 && root.st_uid == owner
  }
}

/// Where a walk is: a location, and what is known of it.
private struct Location: ~Copyable {
  private var descriptor: Descriptor?
  let number: Int32
  let status: stat

  init(_ descriptor: consuming Descriptor, path: RawPath) throws(StoreError) {
    guard let status = descriptor.status() else { throw path.failure("the folder can't be examined", errno: errno) }
    self.status = status
    number = descriptor.number
    self.descriptor = consume descriptor
  }

  static func start(absolute: Bool, path: RawPath) throws(StoreError) -> Location {
    let number = unsafe csessiontickets_open_location(AT_FDCWD, absolute ? "/" : ".")
    guard number >= 0 else {
      throw path.failure("the folder can't be opened", errno: errno)
    }
    return try Location(Descriptor(owning: number), path: path)
  }

  mutating func takeDescriptor() -> Descriptor? { descriptor.take() }
}

extension RawPath {
  fileprivate func failure(_ message: String, errno: Int32) -> StoreError {
    StoreError(.unavailable, message, place: description, errno: errno)
  }
}
