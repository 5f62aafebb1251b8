import Glibc

/// System calls on paths that have to succeed for a test to mean anything.
enum Files {
  static func truncate(_ path: String, _ length: Int) throws { try check(unsafe Glibc.truncate(path, length)) }
  static func chmod(_ path: String, _ mode: mode_t) throws { try check(unsafe Glibc.chmod(path, mode)) }
  static func chown(_ path: String, _ user: uid_t) throws { try check(unsafe Glibc.chown(path, user, 0)) }
  static func mkdir(_ path: String) throws { try check(unsafe Glibc.mkdir(path, 0o700)) }
  static func create(_ path: String) throws {
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    try check(descriptor)
    try check(close(descriptor))
  }
  static func unlink(_ path: String) throws { try check(unsafe Glibc.unlink(path)) }
  static func symlink(_ target: String, _ path: String) throws { try check(unsafe Glibc.symlink(target, path)) }
  static func mkfifo(_ path: String) throws { try check(unsafe Glibc.mkfifo(path, 0o600)) }
  static func mknod(_ path: String, _ kind: mode_t, _ device: dev_t) throws {
    try check(unsafe Glibc.mknod(path, kind | 0o600, device))
  }

  private static func check(_ status: Int32) throws {
    guard status >= 0 else { throw SystemError(number: errno) }
  }
}

struct SystemError: Error {
  let number: Int32
}
