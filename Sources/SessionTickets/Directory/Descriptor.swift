package import Glibc
import SessionTicketsLocking

/// A file descriptor with one owner, closed when the owner lets go of it.
///
/// Whoever runs this process may close all descriptors, as daemons do, and open others by the same numbers. So one that is
/// kept from call to call is used, and closed, only while it is proved to be what was opened.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32
  /// What was opened; nil where nothing is kept.
  private let opened: FileIdentity?

  /// How often in this process a descriptor wasn't what was opened any more. Each may have been left open.
  private static let losses = Lock(0)
  /// On a file system whose inodes change their numbers nothing could be proved, and nothing is kept in the end.
  private static let mostLosses = 64

  /// Takes over an open descriptor, until the call is over.
  package init(owning number: Int32) {
    self.number = number
    opened = nil
  }

  /// Takes over an open descriptor, to keep it from call to call.
  /// - Parameter status: What fstat(2) says of it.
  package init(keeping number: Int32, _ status: stat) {
    self.number = number
    opened = Self.losses.withLock { $0 } < Self.mostLosses ? FileIdentity(status) : nil
  }

  deinit {
    if let opened, !isStill(opened) { return Self.noteLoss() }
    _ = Glibc.close(number)
  }

  static func noteLoss() { losses.withLock { $0 &+= 1 } }

  private borrowing func isStill(_ opened: FileIdentity) -> Bool { status().map(FileIdentity.init) == opened }

  /// Whether it may be kept from call to call.
  package var isKept: Bool { opened != nil }

  /// What fstat(2) says, if it is still what was opened.
  package func statusIfSame() -> stat? {
    guard let status = status(), opened == nil || opened == FileIdentity(status) else { return nil }
    return status
  }

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
        let count = unsafe Glibc.read(number, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled)
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

  func isReadable(by others: mode_t) -> Bool { st_mode & others != 0 }

  package var isWritableByOthers: Bool { st_mode & (S_IWGRP | S_IWOTH) != 0 }
}
