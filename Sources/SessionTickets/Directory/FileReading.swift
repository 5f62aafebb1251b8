import Glibc

/// What came of reading a file whole.
package enum FileReading: Sendable {
  case contents([UInt8])
  case missing
  /// Something else is there: no regular file, not the user's alone, or larger than allowed.
  case unusable
}

extension Folder {
  /// Reads a regular file of the effective user, that others may not write.
  ///
  /// It never waits: neither a FIFO nor a device in the file's place can hold the caller up. Nothing larger than the
  /// limit is allocated.
  ///
  /// A secret file must not be readable by others either.
  package func read(_ name: EntryName, atMost limit: Int, isSecret: Bool = false) throws(StoreError) -> FileReading {
    let number = unsafe openat(descriptor.number, name.characters, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else {
      switch errno {
      case ENOENT: return .missing
      // A symbolic link; a socket; a device without a driver.
      case ELOOP, ENXIO, ENODEV: return .unusable
      case let code: throw failure("'\(name.text)' can't be opened", errno: code)
      }
    }
    let file = Descriptor(owning: number)
    guard let status = file.status() else { throw failure("'\(name.text)' can't be examined", errno: errno) }
    guard status.isKind(S_IFREG), status.isPrivate, status.st_size <= limit,
      !(isSecret && status.isReadableByOthers)
    else { return .unusable }
    let (bytes, failureCode) = file.contents(atMost: Int(status.st_size))
    guard failureCode == 0 else { throw failure("'\(name.text)' can't be read", errno: failureCode) }
    return .contents(bytes)
  }
}
