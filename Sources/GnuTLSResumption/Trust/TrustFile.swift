internal import Glibc
internal import SessionTickets

/// A file that verification depends on, read once and whole, with the stamp that it had while it was read.
struct TrustFile {
  /// In bytes: some hundred times the largest bundle.
  private static let mostBytes = 64 * 1024 * 1024
  /// In bytes: an authority or two.
  static let mostAlwaysDigested = 16 * 1024

  private(set) var bytes: [UInt8]
  let stamp: FileStamp

  init(bytes: [UInt8], stamp: FileStamp) {
    self.bytes = bytes
    self.stamp = stamp
  }

  /// - Parameter purpose: What the file is for, for the message.
  init(_ path: RawPath, purpose: String) throws(VerificationFailure) {
    guard let file = Descriptor(reading: path) else { throw .unreadable(purpose, path, errno) }
    try self.init(file, path, purpose: purpose)
  }

  /// Reads an open file.
  init(_ file: borrowing Descriptor, _ path: RawPath, purpose: String) throws(VerificationFailure) {
    guard let before = file.status() else { throw .unreadable(purpose, path, errno) }
    guard before.isKind(S_IFREG) else { throw .unreadable(purpose, path, "not a regular file") }
    guard before.st_size <= Self.mostBytes else { throw .unreadable(purpose, path, "larger than 64 MiB") }
    let (bytes, code) = file.contents(atMost: Int(before.st_size))
    guard code == 0, let after = file.status() else { throw .unreadable(purpose, path, code == 0 ? errno : code) }
    let stamp = FileStamp(after, isKept: file.keepsStamps)
    guard stamp == FileStamp(before, isKept: false), bytes.count == Int(after.st_size) else {
      throw .unreadable(purpose, path, "it is being changed")
    }
    self.bytes = bytes
    self.stamp = stamp
  }

  /// Of the contents; nil if GnuTLS gives none.
  var digest: Digest? { SHA256.digest(bytes) }

  /// For what may be secret.
  mutating func wipe() { bytes.wipe() }

  /// For the verdict. To digest the system's bundle takes a quarter of a handshake, and a stamp that tells is enough:
  /// should it change and the contents not, the stored peer is verified once more.
  var note: TrustNote { .file(stamp, stamp.isTelling && bytes.count > Self.mostAlwaysDigested ? nil : digest) }
}

extension VerificationFailure {
  /// - Parameter code: The system's.
  static func unreadable(_ purpose: String, _ path: RawPath, _ code: Int32) -> VerificationFailure {
    unsafe unreadable(purpose, path, String(cString: strerror(code)))
  }

  static func unreadable(_ purpose: String, _ path: RawPath, _ why: String) -> VerificationFailure {
    VerificationFailure(message: "can't read \(purpose) \(path): \(why)")
  }
}
