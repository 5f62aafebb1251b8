internal import CSessionTickets
internal import Glibc
internal import SessionTickets

/// What tells that a file is still the one that was read: device, inode, size, and both times in nanoseconds.
///
/// It tells only on file systems that keep a time of change by themselves, and only for who may read the file.
struct FileStamp {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let modified: Int64
  private let changed: Int64
  /// Its file system keeps such times, and nobody can put others in their place.
  let isKept: Bool
  /// False if it was taken so soon after the file's last change that another change could hide in the same tick.
  let isSettled: Bool

  /// Nil if there is nothing that can be opened for reading. Never waits.
  init?(path: RawPath) {
    guard let file = Descriptor(reading: path) else { return nil }
    self.init(file)
  }

  /// Nil if there is no such file, or it can't be read, or it is a folder, a pipe or a device, which isn't opened.
  init?(regularFile path: RawPath) {
    var status = stat()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0, status.isKind(S_IFREG) else { return nil }
    self.init(path: path)
  }

  /// Of a regular file that may not be readable: looked at without being opened. Nil if there is none.
  init?(unopened path: RawPath) {
    var status = stat()
    var system = statfs()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0, status.isKind(S_IFREG),
      unsafe path.withCString({ unsafe statfs($0, &system) }) == 0
    else { return nil }
    self.init(status, isKept: system.keepsStamps)
  }

  /// Nil if the system doesn't tell.
  init?(_ file: borrowing Descriptor) {
    guard let status = file.status() else { return nil }
    self.init(status, isKept: file.keepsStamps)
  }

  /// Of a file that somebody else has open; nil if the system doesn't tell.
  init?(borrowing number: Int32) {
    var status = stat()
    var system = statfs()
    guard unsafe fstat(number, &status) == 0, unsafe fstatfs(number, &system) == 0 else { return nil }
    self.init(status, isKept: system.keepsStamps)
  }

  /// - Parameter time: When it was taken, or sooner, in seconds since 1970.
  init(_ status: stat, isKept: Bool, at time: Int64 = WallTime.now().seconds) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    self.isKept = isKept
    isSettled = Int64(status.st_ctim.tv_sec) < time &- 2
  }

  /// Wraps around, far from the present: file systems may hold times that 64 bits of nanoseconds don't.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// It tells by itself: nobody needs the contents.
  var isTelling: Bool { isKept && isSettled }

  /// Whether the file that has this stamp now is certainly the one that `self` was noted of.
  func certainlyMatches(_ current: FileStamp) -> Bool { isTelling && current.isKept && self == current }
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
    result.append(isTelling ? 1 : 0)
    appendFile(to: &result)
  }

  /// Appends 40 bytes: what is the file's, and doesn't depend on when it was looked at.
  func appendFile(to result: inout [UInt8]) {
    result.append(bigEndian: device)
    result.append(bigEndian: inode)
    result.append(bigEndian: size)
    result.append(bigEndian: modified)
    result.append(bigEndian: changed)
  }

  init?(_ reader: inout ByteReader) {
    guard let telling = reader.integer(UInt8.self), telling <= 1, let device = reader.integer(UInt64.self),
      let inode = reader.integer(UInt64.self), let size = reader.integer(UInt64.self),
      let modified = reader.integer(UInt64.self), let changed = reader.integer(UInt64.self)
    else { return nil }
    isKept = telling == 1
    isSettled = telling == 1
    self.device = device
    self.inode = inode
    self.size = Int64(bitPattern: size)
    self.modified = Int64(bitPattern: modified)
    self.changed = Int64(bitPattern: changed)
  }
}

extension Descriptor {
  /// Opens a file for reading; nil, and `errno`, if that can't be done. Neither a FIFO nor a device in its place holds
  /// anybody up.
  init?(reading path: RawPath) {
    let number = unsafe path.withCString { unsafe open($0, Self.readingFlags) }
    guard number >= 0 else { return nil }
    self.init(owning: number)
  }

  static var readingFlags: Int32 { O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC }

  /// The file system is one whose stamps tell.
  var keepsStamps: Bool {
    var system = statfs()
    return unsafe fstatfs(number, &system) == 0 && system.keepsStamps
  }
}

extension statfs {
  fileprivate var keepsStamps: Bool {
    csessiontickets_stamps_tell(UInt(truncatingIfNeeded: f_type), UInt(truncatingIfNeeded: f_flags)) != 0
  }
}
