package import Glibc

/// A file descriptor with one owner, closed when the owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  /// Takes over an open descriptor.
  package init(owning number: Int32) { self.number = number }

  deinit { _ = Glibc.close(number) }

  /// What fstat(2) says, or nil.
  package func status() -> stat? {
    var status = stat()
    return unsafe fstat(number, &status) == 0 ? status : nil
  }

  /// Reads up to that many bytes from the current position, or fewer if the file ends before.
  /// - Returns: The bytes, and 0 or an error number.
  package func contents(atMost limit: Int) -> (bytes: [UInt8], code: Int32) {
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
      while filled < buffer.count {
        let count = unsafe Glibc.read(number, buffer.baseAddress! + filled, buffer.count - filled)
        if count > 0 {
          filled += count
        } else if count == 0 {
          return
        } else if errno != EINTR {
          code = errno
          return
        }
      }
    }
    return (bytes, code)
  }
}

extension stat {
  package func isKind(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }

  var isReadableByOthers: Bool { st_mode & (S_IRGRP | S_IROTH) != 0 }

  var isWritableByOthers: Bool { st_mode & (S_IWGRP | S_IWOTH) != 0 }
}
