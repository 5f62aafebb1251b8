import Glibc

/// How a file gets its name without ever showing half of its contents, or replacing another; the best first.
package enum InstallMethod: Int, Comparable, Sendable {
  /// An unnamed file, linked: a killed process leaves nothing behind.
  case unnamed
  /// A temporary name, renamed exclusively: for file systems without O_TMPFILE, and where /proc is missing.
  case renamed
  /// A temporary name, and a hard link: where renameat2(2) is missing too.
  case linked

  package static func < (left: InstallMethod, right: InstallMethod) -> Bool { left.rawValue < right.rawValue }

  /// Whether an error says that a method isn't supported here, rather than that it failed.
  static func isUnsupported(_ code: Int32) -> Bool {
    // ENOENT: /proc is missing, through which an unnamed file is linked. EISDIR: a kernel without O_TMPFILE.
    [EOPNOTSUPP, EISDIR, EINVAL, ENOSYS, ENOENT, EPERM].contains(code)
  }
}
