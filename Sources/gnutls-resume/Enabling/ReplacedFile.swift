import CGnuTLSResume
import Glibc
import SessionTickets

/// A file that is read, and then replaced as a whole or removed: nobody ever sees half of it. Behind a symbolic link it is the
/// link's target; the link stays.
struct ReplacedFile {
  /// As it was named.
  let path: RawPath
  /// Nil if there is no file, or it can't be read.
  let contents: [UInt8]?
  /// Why it can't be replaced, as far as that is known already.
  let obstacle: FileFailure?
  /// Whether its name is a symbolic link's.
  let isLink: Bool
  /// Without links.
  private let target: RawPath
  private let status: stat

  /// More is no file that people write.
  private static let greatestSize = 4 << 20

  init(_ path: RawPath) {
    self.path = path
    var contents: [UInt8]?
    var target = path
    var status = stat()
    var isLink = false
    do throws(FileFailure) {
      try Self.look(at: path, &contents, &target, &status, &isLink)
      obstacle = nil
    } catch {
      obstacle = error
    }
    (self.contents, self.target, self.status, self.isLink) = (contents, target, status, isLink)
  }

  private static func look(
    at path: RawPath, _ contents: inout [UInt8]?, _ target: inout RawPath, _ status: inout stat, _ isLink: inout Bool
  ) throws(FileFailure) {
    guard unsafe path.withCString({ unsafe lstat($0, &status) }) == 0 else {
      // A folder on the way that isn't one is for those to tell who make it.
      guard errno == ENOENT else { throw FileFailure("can't read", path, errno) }
      return
    }
    isLink = status.st_mode & S_IFMT == S_IFLNK
    guard let real = unsafe path.withCString({ unsafe realpath($0, nil) }) else {
      throw FileFailure("can't follow the link", path, errno)
    }
    defer { unsafe free(real) }
    target = unsafe RawPath(cString: real)
    // Whatever it is, this doesn't wait.
    let file = unsafe target.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
    guard file >= 0 else { throw FileFailure("can't read", path, errno) }
    defer { close(file) }
    guard unsafe fstat(file, &status) == 0 else { throw FileFailure("can't read", path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure("\(path) is no regular file") }
    contents = try read(file, path)
    guard status.st_nlink == 1 else { throw FileFailure("\(path) has several names (hard links), which would part") }
  }

  private static func read(_ file: Int32, _ path: RawPath) throws(FileFailure) -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw FileFailure("can't read", path, errno) }
      if count == 0 { return result }
      guard result.count <= greatestSize else { throw FileFailure("\(path) is too large") }
      result += buffer[..<count]
    }
  }

  /// Whether this user may not see what is in it, or whether it is there.
  var isHidden: Bool {
    if contents != nil { return false }
    return unsafe path.withCString { unsafe faccessat(AT_FDCWD, $0, R_OK, AT_EACCESS) } != 0 && errno == EACCES
  }

  /// - Parameter mode: Of a new file, whatever the umask; nil for what the umask leaves. An old one keeps its own.
  func replace(with bytes: [UInt8], mode: mode_t?) throws {
    let (folder, name) = Self.split(target)
    let temporary = RawPath(bytes: folder + Array(".\(name).gnutls-resume-\(getpid())".utf8))
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    // One that another process of this number has left.
    _ = unsafe temporary.withCString { unsafe unlink($0) }
    let file = unsafe temporary.withCString { unsafe open($0, flags, contents == nil ? 0o644 : 0o600) }
    guard file >= 0 else { throw FileFailure("can't write", path, errno) }
    do {
      defer { close(file) }
      if contents != nil {
        try keepRights(file)
      } else if let mode {
        guard fchmod(file, mode) == 0 else { throw FileFailure("can't write", path, errno) }
      }
      guard StandardStreams.write(bytes, to: file), fsync(file) == 0 else {
        throw FileFailure("can't write", path, errno)
      }
      try expectUnchanged()
      let result = unsafe temporary.withCString { from in unsafe target.withCString { unsafe rename(from, $0) } }
      guard result == 0 else { throw FileFailure("can't write", path, errno) }
    } catch {
      _ = unsafe temporary.withCString { unsafe unlink($0) }
      throw error
    }
    Self.sync(RawPath(bytes: folder))
  }

  /// Gives the new file what the old one has: the mode last, as that says which of the others' rights count.
  private func keepRights(_ file: Int32) throws {
    guard fchown(file, status.st_uid, status.st_gid) == 0 else {
      throw FileFailure("can't keep the owner of", path, errno)
    }
    let code = unsafe target.withCString { unsafe gnutls_resume_copy_attributes($0, file) }
    guard code == 0 else { throw FileFailure("can't keep the access list and attributes of", path, code) }
    guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw FileFailure("can't keep the mode of", path, errno) }
  }

  func remove() throws {
    try expectUnchanged()
    guard unsafe target.withCString({ unsafe unlink($0) }) == 0 else { throw FileFailure("can't remove", path, errno) }
    Self.sync(RawPath(bytes: Self.split(target).folder))
  }

  private func expectUnchanged() throws {
    var now = stat()
    let isThere = unsafe target.withCString { unsafe lstat($0, &now) } == 0
    let isSame =
      contents == nil
      ? !isThere
      : isThere && now.st_ino == status.st_ino && now.st_dev == status.st_dev && now.st_size == status.st_size
        && now.st_mtim.tv_sec == status.st_mtim.tv_sec && now.st_mtim.tv_nsec == status.st_mtim.tv_nsec
    guard isSame else { throw FileFailure("\(path) was changed meanwhile") }
  }

  /// With the slash, and what follows it.
  private static func split(_ path: RawPath) -> (folder: [UInt8], name: String) {
    let start = path.bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return (Array(path.bytes[..<start]), String(decoding: path.bytes[start...], as: UTF8.self))
  }

  private static func sync(_ folder: RawPath) {
    let descriptor = unsafe folder.withCString { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
