import Glibc

/// What tells a file from all others that exist at the same time.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  /// File, folder, socket …
  private let kind: UInt32

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    kind = UInt32(truncatingIfNeeded: status.st_mode & S_IFMT)
  }
}
