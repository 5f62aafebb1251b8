/// Where a folder is, and how much of its path must be there already: what stands below a home is made when it is missing, a
/// home is not.
package struct FolderPlace: Hashable, Sendable {
  /// Who has said where it is.
  package enum Origin: Hashable, Sendable {
    /// The user, or the program.
    case user
    /// Whoever looks after the machine, for this user: only root's symbolic links are followed on the way.
    case system
    /// The service manager, which may keep the folder, and what is in it, as root's. Nothing is made there.
    case credentials
  }

  package let path: RawPath
  /// The beginning of the path that is never made; nil if all of it may be.
  package let base: RawPath?
  package let origin: Origin

  /// All of the path may be made.
  package init(_ path: RawPath) { self.init(path: path, base: nil) }

  /// - Parameter relative: What may be made below the base.
  package init(base: RawPath, _ relative: StaticString, origin: Origin = .user) {
    self.init(path: base.appending(relative), base: base, origin: origin)
  }

  package init(path: RawPath, base: RawPath?, origin: Origin = .user) {
    self.path = path
    self.base = base
    self.origin = origin
  }

  /// Looks at the process's root folder, if nobody has yet: once it is another, nothing is made.
  package static func noteRoot() { Making.noteRoot() }

  /// The folder and the name of the file at its end; the name is empty if there is none.
  package var split: (folder: FolderPlace, name: [UInt8]) {
    let bytes = path.bytes
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
      return (FolderPlace(path: ".", base: nil, origin: origin), bytes)
    }
    let folder = slash == 0 ? "/" : RawPath(bytes: Array(bytes[..<slash]))
    return (FolderPlace(path: folder, base: base, origin: origin), Array(bytes[(slash + 1)...]))
  }
}
