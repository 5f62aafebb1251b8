import Glibc
import SessionTickets

/// What others than root may write of a path, so that they could put another file into the place of the one that everybody's
/// programs, root's too, come to load.
struct ForeignWriter {
  let path: RawPath

  /// The first such folder on the way, or the file. Nil if there is none, or the file isn't there.
  init?(on file: RawPath) {
    guard let real = unsafe file.withCString({ unsafe realpath($0, nil) }) else { return nil }
    defer { unsafe free(real) }
    let bytes = unsafe RawPath(cString: real).bytes
    var root = stat()
    guard unsafe stat("/", &root) == 0 else { return nil }
    let ends = bytes.indices.dropFirst().filter { bytes[$0] == UInt8(ascii: "/") } + [bytes.count]
    guard
      let found = ends.lazy.map({ RawPath(bytes: Array(bytes[..<$0])) })
        .first(where: { Self.isWritable($0, rootOwner: root.st_uid) })
    else { return nil }
    path = found
  }

  /// Whether others may; the group that administers a machine's own programs is none of them.
  private static func isWritable(_ path: RawPath, rootOwner: uid_t) -> Bool {
    var status = stat()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else { return false }
    if status.st_uid != 0 && status.st_uid != rootOwner { return true }
    // In a folder that everybody may write, but not take away from, as /tmp, root's stay root's.
    let isShared = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
    return status.st_mode & S_IWOTH != 0 && !isShared
  }
}
