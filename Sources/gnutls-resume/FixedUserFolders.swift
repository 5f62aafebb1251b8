import Glibc
import GnuTLSResumption
import SessionTickets

/// The folder that holds the folders of users without a home: root's, so that nobody else puts anything there.
struct FixedUserFolders: ~Copyable {
  private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

  private let path = FixedUserFolder.parent
  /// Below 0 if there is none.
  private let number: Int32

  /// - Parameter create: Make it if it is missing.
  init(create: Bool) throws(UserFailure) {
    guard geteuid() == 0 else { throw UserFailure("only root can do this") }
    number = try Self.open(path, create: create)
  }

  private static func open(_ path: RawPath, create: Bool) throws(UserFailure) -> Int32 {
    if create, unsafe path.withCString({ unsafe mkdir($0, 0o755) }) == 0 {
      // Whatever the umask says.
      _ = unsafe path.withCString { unsafe chmod($0, 0o755) }
    }
    let number = unsafe path.withCString { unsafe Glibc.open($0, flags) }
    guard number >= 0 else {
      if errno == ENOENT, !create { return number }
      throw UserFailure("the folder can't be opened (\(path))", errno: errno)
    }
    guard try status(of: number, "\(path)").isOnly(of: 0) else {
      close(number)
      throw UserFailure("the folder must be root's, and nobody else's to write (\(path)); see what is in it")
    }
    return number
  }

  deinit { if number >= 0 { close(number) } }

  /// Makes a user's folder. Returns false if there is one.
  func add(_ account: Account) throws(UserFailure) -> Bool {
    let name = "\(account.user)"
    let isNew = unsafe mkdirat(number, name, 0o700) == 0
    guard isNew || errno == EEXIST else { throw UserFailure("\(path)/\(name) can't be made", errno: errno) }
    let folder = unsafe openat(number, name, Self.flags)
    guard folder >= 0 else { throw UserFailure("\(path)/\(name) is no folder; move it away", errno: errno) }
    defer { close(folder) }
    if isNew {
      guard fchmod(folder, 0o700) == 0, fchown(folder, account.user, account.group) == 0 else {
        let code = errno
        _ = unsafe unlinkat(number, name, AT_REMOVEDIR)
        throw UserFailure("\(path)/\(name) can't be given to its user", errno: code)
      }
    }
    guard try Self.status(of: folder, "\(path)/\(name)").isOnly(of: account.user) else {
      throw UserFailure("\(path)/\(name) isn't this user's, or others may write it; see what is in it, and remove it")
    }
    return isNew
  }

  /// Removes a user's folder. Returns false if there is none.
  ///
  /// What is in it is removed with the user's own rights: whatever they put there, nothing goes that they couldn't remove.
  func remove(_ user: uid_t) throws(UserFailure) -> Bool {
    let name = "\(user)"
    guard number >= 0 else { return false }
    let folder = unsafe openat(number, name, Self.flags)
    guard folder >= 0 else {
      if errno == ENOENT { return false }
      throw UserFailure("\(path)/\(name) can't be opened, or is no folder; see what it is", errno: errno)
    }
    defer { close(folder) }
    let status = try Self.status(of: folder, "\(path)/\(name)")
    guard status.st_uid == user || status.st_uid == 0 else {
      throw UserFailure("\(path)/\(name) isn't this user's; see what is in it, and remove it by hand")
    }
    // The user's programs may go on storing.
    for _ in 0..<10 {
      let code = try with(status) { FolderContents.remove(folder) }
      guard code == 0 else { throw UserFailure("not all of \(path)/\(name) can be removed", errno: code) }
      if unsafe unlinkat(number, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
      guard errno == ENOTEMPTY || errno == EEXIST else {
        throw UserFailure("\(path)/\(name) can't be removed", errno: errno)
      }
    }
    throw UserFailure("\(path)/\(name) is filled again as it is emptied; stop the programs of user \(user) first")
  }

  /// Runs something with the rights of a folder's owner, and of no group but its.
  private func with(_ folder: stat, _ body: () -> Int32) throws(UserFailure) -> Int32 {
    guard setgroups(0, nil) == 0, setegid(folder.st_gid) == 0, seteuid(folder.st_uid) == 0 else {
      throw UserFailure("the rights of user \(folder.st_uid) can't be taken on", errno: errno)
    }
    let code = body()
    guard seteuid(0) == 0, setegid(0) == 0 else {
      throw UserFailure("the rights of root can't be taken on again", errno: errno)
    }
    return code
  }

  private static func status(of folder: Int32, _ path: String) throws(UserFailure) -> stat {
    var status = stat()
    guard unsafe fstat(folder, &status) == 0 else { throw UserFailure("\(path) can't be examined", errno: errno) }
    return status
  }
}

extension stat {
  fileprivate func isOnly(of user: uid_t) -> Bool { st_uid == user && st_mode & (S_IWGRP | S_IWOTH) == 0 }
}
