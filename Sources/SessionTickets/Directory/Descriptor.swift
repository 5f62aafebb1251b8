import Glibc

/// A file descriptor with one owner, closed when the owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  /// Takes over an open descriptor.
  package init(owning number: Int32) { self.number = number }

  deinit { _ = Glibc.close(number) }

  /// What fstat(2) says, or nil.
  func status() -> stat? {
    var status = stat()
    return unsafe fstat(number, &status) == 0 ? status : nil
  }
}

extension stat {
  func isKind(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }

  /// Whether nobody but the effective user (and root) could have written it.
  var isPrivate: Bool { st_uid == geteuid() && !isWritableByOthers }

  var isReadableByOthers: Bool { st_mode & (S_IRGRP | S_IROTH) != 0 }

  var isWritableByOthers: Bool { st_mode & (S_IWGRP | S_IWOTH) != 0 }
}
