import Glibc

/// Removing all that is in a folder, whoever changes it meanwhile: no symbolic link is followed, no other file system
/// entered.
enum FolderContents {
  /// A store's are four deep, and each takes a descriptor here.
  private static let mostDepth = 32

  /// Returns 0, or the error number of what can't be removed. What comes meanwhile may stay.
  static func remove(_ folder: Int32) -> Int32 {
    var status = stat()
    guard unsafe fstat(folder, &status) == 0 else { return errno }
    return remove(folder, on: status.st_dev, depth: 0)
  }

  private static func remove(_ folder: Int32, on device: dev_t, depth: Int) -> Int32 {
    guard depth < mostDepth else { return ENAMETOOLONG }
    let copy = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { return errno }
    guard let listing = unsafe fdopendir(copy) else {
      close(copy)
      return errno
    }
    defer { unsafe closedir(listing) }
    while let entry = unsafe readdir(listing) {
      let code = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe remove($0, in: folder, on: device, depth)
        }
      }
      guard code == 0 else { return code }
    }
    return 0
  }

  private static func remove(_ name: UnsafePointer<CChar>, in folder: Int32, on device: dev_t, _ depth: Int) -> Int32 {
    if unsafe strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return 0 }
    if unsafe unlinkat(folder, name, 0) == 0 || errno == ENOENT { return 0 }
    let code = errno
    guard code == EISDIR || code == EPERM else { return code }
    let inner = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard inner >= 0 else { return errno == ENOENT ? 0 : code == EISDIR ? errno : code }
    defer { close(inner) }
    var status = stat()
    guard unsafe fstat(inner, &status) == 0 else { return errno }
    guard status.st_dev == device else { return EXDEV }
    let innerCode = remove(inner, on: device, depth: depth + 1)
    guard innerCode == 0 else { return innerCode }
    if unsafe unlinkat(folder, name, AT_REMOVEDIR) == 0 { return 0 }
    // The caller tries again.
    return errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST ? 0 : errno
  }
}
