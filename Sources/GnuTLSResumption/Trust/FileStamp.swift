internal import Glibc

/// What tells that a file is still the one that was read: device, inode, size, and both times in nanoseconds.
struct FileStamp: Hashable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: Int64
  private let changed: Int64
  /// False if it was taken so soon after the file's last change that another change could hide in the same tick.
  let isSettled: Bool

  /// Nil if there is no such file.
  init?(path: String) {
    var info = stat()
    guard unsafe stat(path, &info) == 0 else { return nil }
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    device = UInt64(info.st_dev)
    inode = UInt64(info.st_ino)
    size = Int64(info.st_size)
    modified = Self.nanoseconds(info.st_mtim)
    changed = Self.nanoseconds(info.st_ctim)
    isSettled = Self.nanoseconds(now) - changed > 2_000_000_000
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  static func == (left: FileStamp, right: FileStamp) -> Bool {
    left.device == right.device && left.inode == right.inode && left.size == right.size
      && left.modified == right.modified && left.changed == right.changed
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(inode)
    hasher.combine(changed)
  }
}
