import CSessionTickets
import Glibc

/// Opens a folder by its path, following symbolic links only where nobody else can have put them. Who else may write the
/// folders above doesn't matter: what stands there in the end must be the user's own.
struct PathWalk: ~Copyable {
  /// As many as the kernel itself follows (path_resolution(7)).
  private static let mostLinks = 40

  private let path: String
  private var place: Place
  /// The components still to go, the next one last.
  private var pending: [[UInt8]]
  private var linksFollowed = 0

  /// Returns nil if a component is missing and none is to be created.
  static func open(_ path: String, create: Bool) throws(StoreError) -> Descriptor? {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StoreError(.unavailable, "the path of the folder is empty or holds a NUL", place: path, errno: ENOENT)
    }
    // Nearly always there is no link on the way: then the walk would come to just this folder.
    let number = unsafe path.withCString { unsafe csessiontickets_open_without_links($0) }
    if number >= 0 {
      let descriptor = Descriptor(owning: number)
      guard let status = descriptor.status() else {
        throw StoreError(.unavailable, "the folder can't be examined", place: path, errno: errno)
      }
      try Folder.check(status, path: path)
      return descriptor
    }
    if errno == ENOENT, !create { return nil }
    var walk = try PathWalk(path)
    while let component = walk.pending.popLast() {
      guard try walk.enter(EntryName(component), create: create) else { return nil }
    }
    try Folder.check(walk.place.status, path: path)
    return walk.place.takeDescriptor()
  }

  private init(_ path: String) throws(StoreError) {
    self.path = path
    place = try Place.start(absolute: path.utf8.first == UInt8(ascii: "/"), path: path)
    pending = Self.components(Array(path.utf8)).reversed()
  }

  private static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
  }

  /// Returns false if the component is missing.
  private mutating func enter(_ name: EntryName, create: Bool) throws(StoreError) -> Bool {
    var number = unsafe csessiontickets_open_location(place.number, name.characters)
    if number < 0, errno == ENOENT, create {
      guard unsafe mkdirat(place.number, name.characters, S_IRWXU) == 0 || errno == EEXIST else {
        throw StoreError(.unavailable, "the folder can't be made", place: path, errno: errno)
      }
      number = unsafe csessiontickets_open_location(place.number, name.characters)
    }
    guard number >= 0 else {
      if errno == ENOENT { return false }
      throw StoreError(.unavailable, "the folder can't be opened", place: path, errno: errno)
    }
    let next = try Place(Descriptor(owning: number), path: path)
    if next.status.isKind(S_IFLNK) {
      try follow(next, name)
    } else {
      guard next.status.isKind(S_IFDIR) else {
        throw StoreError(.unavailable, "'\(name.text)' in the path is not a folder", place: path, errno: ENOTDIR)
      }
      place = next
    }
    return true
  }

  private mutating func follow(_ link: borrowing Place, _ name: EntryName) throws(StoreError) {
    guard !place.status.isWritableByOthers else {
      throw StoreError(
        .unsafe,
        "'\(name.text)' is a symbolic link in a folder that others may write, so they could have set it; "
          + "name the folder that is meant, or make the link's folder writable by its owner only",
        place: path)
    }
    linksFollowed += 1
    guard linksFollowed <= Self.mostLinks else {
      throw StoreError(.unavailable, "too many symbolic links in the path", place: path, errno: ELOOP)
    }
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe target.withUnsafeMutableBytes { bytes in
      unsafe readlinkat(link.number, "", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard length > 0 else {
      throw StoreError(.unavailable, "the symbolic link '\(name.text)' can't be read", place: path, errno: errno)
    }
    if target[0] == UInt8(ascii: "/") { place = try Place.start(absolute: true, path: path) }
    pending += Self.components(Array(target.prefix(length))).reversed()
  }
}

/// Where a walk is: a location, and what is known of it.
private struct Place: ~Copyable {
  private var descriptor: Descriptor?
  let number: Int32
  let status: stat

  init(_ descriptor: consuming Descriptor, path: String) throws(StoreError) {
    guard let status = descriptor.status() else {
      throw StoreError(.unavailable, "the folder can't be examined", place: path, errno: errno)
    }
    self.status = status
    number = descriptor.number
    self.descriptor = consume descriptor
  }

  static func start(absolute: Bool, path: String) throws(StoreError) -> Place {
    let number = unsafe csessiontickets_open_location(AT_FDCWD, absolute ? "/" : ".")
    guard number >= 0 else {
      throw StoreError(.unavailable, "the folder can't be opened", place: path, errno: errno)
    }
    return try Place(Descriptor(owning: number), path: path)
  }

  mutating func takeDescriptor() -> Descriptor? { descriptor.take() }
}
