/// Where a folder is, and how much of its path must be there already: what stands below a home is made when it is missing, a
/// home is not.
package struct FolderPlace: Hashable, Sendable {
  package let path: RawPath
  /// The beginning of the path that is never made; nil if all of it may be.
  package let base: RawPath?

  /// All of the path may be made.
  package init(_ path: RawPath) {
    self.path = path
    base = nil
  }

  /// - Parameter relative: What may be made below the base.
  package init(base: RawPath, _ relative: StaticString) {
    path = base.appending(relative)
    self.base = base
  }

  package init(path: RawPath, base: RawPath?) {
    self.path = path
    self.base = base
  }

  /// Looks at the process's root folder, if nobody has yet: once it is another, nothing is made.
  package static func noteRoot() { Making.noteRoot() }

  /// The folder and the name of the file at its end; the name is empty if there is none.
  package var split: (folder: FolderPlace, name: [UInt8]) {
    let bytes = path.bytes
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (FolderPlace("."), bytes) }
    let folder = slash == 0 ? "/" : RawPath(bytes: Array(bytes[..<slash]))
    return (FolderPlace(path: folder, base: base), Array(bytes[(slash + 1)...]))
  }
}
