internal import Glibc
internal import SessionTickets

/// What tells that a file is still the one that was read: device, inode, size, and both times in nanoseconds.
struct FileStamp {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: Int64
  private let changed: Int64
  /// False if it was taken so soon after the file's last change that another change could hide in the same tick.
  let isSettled: Bool

  /// Nil if there is no such file.
  init?(path: String) {
    guard let status = Self.status(of: path) else { return nil }
    self.init(status)
  }

  /// Nil if there is no such file, or it is a folder, a pipe or a device.
  init?(regularFile path: String) {
    guard let status = Self.status(of: path), status.isKind(S_IFREG) else { return nil }
    self.init(status)
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return unsafe path.withCString { unsafe stat($0, &status) } == 0 ? status : nil
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    isSettled = Int64(status.st_ctim.tv_sec) < WallTime.now().seconds - 2
  }

  /// Wraps around, far from the present: file systems may hold times that 64 bits of nanoseconds don't.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Whether the file that has this stamp now is certainly the one that `self` was noted of.
  func certainlyMatches(_ current: FileStamp) -> Bool { isSettled && self == current }
}

extension FileStamp: Hashable {
  static func == (left: FileStamp, right: FileStamp) -> Bool {
    left.device == right.device && left.inode == right.inode && left.size == right.size
      && left.modified == right.modified && left.changed == right.changed
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(inode)
    hasher.combine(changed)
  }
}

extension FileStamp {
  /// Appends 41 bytes.
  func append(to result: inout [UInt8]) {
    result.append(isSettled ? 1 : 0)
    result.append(bigEndian: device)
    result.append(bigEndian: inode)
    result.append(bigEndian: size)
    result.append(bigEndian: modified)
    result.append(bigEndian: changed)
  }

  init?(_ reader: inout ByteReader) {
    guard let settled = reader.integer(UInt8.self), settled <= 1, let device = reader.integer(UInt64.self),
      let inode = reader.integer(UInt64.self), let size = reader.integer(UInt64.self),
      let modified = reader.integer(UInt64.self), let changed = reader.integer(UInt64.self)
    else { return nil }
    isSettled = settled == 1
    self.device = device
    self.inode = inode
    self.size = Int64(bitPattern: size)
    self.modified = Int64(bitPattern: modified)
    self.changed = Int64(bitPattern: changed)
  }
}
