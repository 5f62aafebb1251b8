import CSessionTickets
import Glibc

/// A file that is written whole before anybody can see it, and then given its name, or dropped without a trace.
package struct PreparedFile: ~Copyable {
  private let folder: Folder
  private let contents: [UInt8]
  private let now: WallTime
  private var method: InstallMethod
  private var unnamed: Descriptor?
  /// What `deinit` removes.
  private var temporaryName: EntryName?

  /// Writes the contents into a file of mode 0600, without a name.
  /// - Parameter method: The first way to try; the others follow where it isn't supported.
  package init(
    in folder: Folder, contents: [UInt8], method: InstallMethod = .unnamed, now: WallTime
  ) throws(StoreError) {
    self.folder = folder
    self.contents = contents
    self.method = method
    self.now = now
    if method == .unnamed {
      let number = csessiontickets_open_unnamed(folder.descriptor.number)
      if number >= 0 {
        let file = Descriptor(owning: number)
        try Self.write(contents, to: file, in: folder)
        unnamed = consume file
        return
      }
      guard InstallMethod.isUnsupported(errno) else { throw folder.failure("a file can't be made", errno: errno) }
      self.method = .renamed
    }
    try writeTemporary()
  }

  deinit {
    if let temporaryName { unsafe unlinkat(folder.descriptor.number, temporaryName.characters, 0) }
  }

  /// Gives the file its name. Returns false if the name is taken: nothing has changed then.
  package mutating func link(as name: EntryName) throws(StoreError) -> Bool {
    while true {
      switch tryLinking(as: name) {
      case 0:
        return true
      case EEXIST:
        return false
      case let code where InstallMethod.isUnsupported(code) && method != .linked:
        let wasUnnamed = method == .unnamed
        method = wasUnnamed ? .renamed : .linked
        if wasUnnamed { try writeTemporary() }
      case let code:
        throw folder.failure(Self.message(for: code), errno: code)
      }
    }
  }

  /// Gives the file its name, in place of what has it. A crash of the system leaves one or the other.
  package mutating func replace(_ name: EntryName) throws(StoreError) {
    let number = folder.descriptor.number
    if temporaryName == nil, let unnamedNumber = unnamed?.number {
      let temporary = EntryName(TemporaryFileName(created: now).bytes)
      if unsafe csessiontickets_link_unnamed(unnamedNumber, number, temporary.characters) == 0 {
        temporaryName = temporary
      }
    }
    if temporaryName == nil { try writeTemporary() }
    guard let temporary = temporaryName else { throw folder.failure(Self.message(for: ENOENT), errno: ENOENT) }
    let file = unsafe Descriptor(owning: openat(number, temporary.characters, O_RDONLY | O_NOFOLLOW | O_CLOEXEC))
    guard fsync(file.number) == 0, unsafe renameat(number, temporary.characters, number, name.characters) == 0 else {
      throw folder.failure(Self.message(for: errno), errno: errno)
    }
    temporaryName = nil
  }

  /// Returns 0 or an error number.
  private mutating func tryLinking(as name: EntryName) -> Int32 {
    let number = folder.descriptor.number
    guard let temporaryName else {
      guard let unnamedNumber = unnamed?.number else { return EBADF }
      return unsafe csessiontickets_link_unnamed(unnamedNumber, number, name.characters) == 0 ? 0 : errno
    }
    if method == .renamed {
      guard unsafe csessiontickets_rename_exclusively(number, temporaryName.characters, name.characters) == 0 else {
        return errno
      }
      self.temporaryName = nil
      return 0
    }
    // The temporary name goes with this value.
    guard unsafe linkat(number, temporaryName.characters, number, name.characters, 0) != 0 else { return 0 }
    let code = errno
    // Over NFS a repeated request answers EEXIST although the first succeeded: the count of links tells (open(2)).
    var info = stat()
    let isExamined = unsafe fstatat(number, temporaryName.characters, &info, AT_SYMLINK_NOFOLLOW) == 0
    return isExamined && info.st_nlink == 2 ? 0 : code
  }

  private mutating func writeTemporary() throws(StoreError) {
    let name = EntryName(TemporaryFileName(created: now).bytes)
    let number = unsafe csessiontickets_open_new(folder.descriptor.number, name.characters)
    guard number >= 0 else { throw folder.failure(Self.message(for: errno), errno: errno) }
    temporaryName = name
    try Self.write(contents, to: Descriptor(owning: number), in: folder)
  }

  private static func write(
    _ contents: [UInt8], to file: borrowing Descriptor, in folder: Folder
  ) throws(StoreError) {
    let number = file.number
    let code = unsafe contents.withUnsafeBytes { bytes -> Int32 in
      // No signal may come of it.
      guard bytes.count <= csessiontickets_file_size_limit() else { return EFBIG }
      var written = 0
      while written < bytes.count {
        let count = unsafe Glibc.write(number, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
    guard code == 0 else { throw folder.failure(message(for: code), errno: code) }
  }

  private static func message(for code: Int32) -> String {
    switch code {
    case ENOSPC: "a file can't be kept, because the disk is full"
    case EDQUOT: "a file can't be kept, because the disk quota is used up"
    case EFBIG: "a file can't be kept, because this process may not make one so long"
    default: "a file can't be kept"
    }
  }
}
