import Glibc

/// Whose a file has to be, and who else may read it.
package enum FilePrivacy: Sendable {
  /// The effective user's.
  case own
  /// The effective user's, and nobody else may read it.
  case secret
  /// The service manager's for the user: it may be root's, with the user in its access list, whose mask is where the
  /// group's rights are (acl(5)).
  case credential
}

/// What came of reading a file whole.
package enum FileReading: Sendable {
  case contents([UInt8])
  case missing
  /// Something else is there.
  case unusable(UnusableFile)
}

/// What is wrong with a file that is not to be read.
package enum UnusableFile: Sendable {
  case notRegular
  case foreign(owner: UInt32)
  case writableByOthers
  /// A secret one.
  case readableByOthers
  case largerThan(Int)

  fileprivate static func found(_ status: stat, limit: Int, _ privacy: FilePrivacy) -> UnusableFile? {
    if !status.isKind(S_IFREG) { return .notRegular }
    let mayBeRoots = privacy == .credential && status.st_uid == 0
    if status.st_uid != geteuid(), !mayBeRoots { return .foreign(owner: status.st_uid) }
    if status.isWritableByOthers { return .writableByOthers }
    switch privacy {
    case .own: break
    case .secret: if status.isReadable(by: S_IRGRP | S_IROTH) { return .readableByOthers }
    case .credential: if status.isReadable(by: S_IROTH) { return .readableByOthers }
    }
    return 0...max(0, limit) ~= Int(truncatingIfNeeded: status.st_size) ? nil : .largerThan(limit)
  }

  /// What is wrong, and what to do.
  var text: String {
    switch self {
    case .notRegular: "this is no regular file; move it away, or use another"
    case .foreign(let owner):
      "the file belongs to user \(owner), not to user \(geteuid()) who runs this; use another"
    case .writableByOthers: "others than its owner may write the file; take that from them with chmod go-w"
    case .readableByOthers: "others than its owner may read the file; take that from them with chmod go-rwx"
    case .largerThan(let limit): "the file has more than \(limit) bytes; move it away, or use another"
    }
  }
}

extension Folder {
  /// Reads a regular file of the effective user, that others may not write.
  ///
  /// It never waits: neither a FIFO nor a device in the file's place can hold the caller up. Nothing larger than the
  /// limit is allocated.
  ///
  /// A secret file must not be readable by others either.
  package func read(
    _ name: EntryName, atMost limit: Int, _ privacy: FilePrivacy = .own
  ) throws(StoreError) -> FileReading {
    let number = unsafe openat(descriptor.number, name.characters, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else {
      switch errno {
      case ENOENT: return .missing
      // A symbolic link; a socket; a device without a driver.
      case ELOOP, ENXIO, ENODEV: return .unusable(.notRegular)
      case let code: throw failure("'\(name.text)' can't be opened", errno: code)
      }
    }
    let file = Descriptor(owning: number)
    guard let status = file.status() else { throw failure("'\(name.text)' can't be examined", errno: errno) }
    if let fault = UnusableFile.found(status, limit: limit, privacy) { return .unusable(fault) }
    let (bytes, failureCode) = file.contents(atMost: Int(truncatingIfNeeded: status.st_size))
    guard failureCode == 0 else { throw failure("'\(name.text)' can't be read", errno: failureCode) }
    return .contents(bytes)
  }
}
