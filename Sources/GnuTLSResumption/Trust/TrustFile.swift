internal import Glibc
internal import SessionTickets

/// A file that verification depends on, read once and whole, with the stamp that it had while it was read.
struct TrustFile {
  /// In bytes: some hundred times the largest bundle.
  private static let mostBytes = 64 * 1024 * 1024
  /// In bytes: an authority or two, or a configuration.
  static let mostAlwaysDigested = 16 * 1024

  let bytes: [UInt8]
  /// Unsettled if the file changed meanwhile.
  let stamp: FileStamp

  init(bytes: [UInt8], stamp: FileStamp) {
    self.bytes = bytes
    self.stamp = stamp
  }

  /// - Parameter purpose: What the file is for, for the message.
  init(_ path: String, purpose: String) throws(VerificationFailure) {
    // Neither a FIFO nor a device in its place may hold a connection up.
    let number = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard number >= 0 else { throw Self.failure(purpose, path, errno) }
    let file = Descriptor(owning: number)
    guard let before = file.status() else { throw Self.failure(purpose, path, errno) }
    guard before.isKind(S_IFREG) else { throw Self.failure(purpose, path, "not a regular file") }
    guard before.st_size <= Self.mostBytes else { throw Self.failure(purpose, path, "larger than 64 MiB") }
    let (bytes, code) = file.contents(atMost: Int(before.st_size))
    guard code == 0, let after = file.status() else { throw Self.failure(purpose, path, code == 0 ? errno : code) }
    let stamp = FileStamp(after)
    guard stamp == FileStamp(before), bytes.count == Int(after.st_size) else {
      throw Self.failure(purpose, path, "it is being changed")
    }
    self.bytes = bytes
    self.stamp = stamp
  }

  /// Of the contents.
  var digest: Digest { SHA256.digest(bytes) }

  /// For the verdict. To digest the system's bundle takes as long as a handshake, and its stamp is enough: should that
  /// change and the contents not, the stored peer is verified once more.
  var note: TrustNote { .file(stamp, stamp.isSettled && bytes.count > Self.mostAlwaysDigested ? nil : digest) }

  private static func failure(_ purpose: String, _ path: String, _ code: Int32) -> VerificationFailure {
    unsafe failure(purpose, path, String(cString: strerror(code)))
  }

  private static func failure(_ purpose: String, _ path: String, _ why: String) -> VerificationFailure {
    VerificationFailure(message: "can't read \(purpose) \(path): \(why)")
  }
}
