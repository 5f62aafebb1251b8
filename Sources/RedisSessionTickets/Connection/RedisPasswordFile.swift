import Glibc
import SessionTickets

/// A file that holds a server's password, and may end with one newline.
enum RedisPasswordFile {
  private static let maximumByteCount = 1_024

  /// It must be a regular file, of the effective user or root, that not everybody may read and nobody else may write.
  static func read(_ path: RawPath) throws(StoreError) -> RedisSecret {
    func failure(_ message: String, errno: Int32 = 0) -> StoreError {
      StoreError(.unavailable, message, place: path.description, errno: errno, leavesNothing: true)
    }
    let number = unsafe path.withCString { unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
    guard number >= 0 else { throw failure("the password's file can't be opened", errno: errno) }
    let file = Descriptor(owning: number)
    guard let status = file.status() else { throw failure("the password's file can't be examined", errno: errno) }
    guard status.isKind(S_IFREG) else { throw failure("the password's file is no regular file") }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw failure("the password's file belongs to user \(status.st_uid)")
    }
    guard status.st_mode & S_IROTH == 0 else {
      throw failure("everybody may read the password's file; take that from them with chmod o-r")
    }
    guard !status.isWritableByOthers else {
      throw failure("others than its owner may write the password's file; take that from them with chmod go-w")
    }
    guard 0...maximumByteCount ~= Int(status.st_size) else {
      throw failure("the password's file has more than \(maximumByteCount) bytes")
    }
    var (bytes, code) = file.contents(atMost: Int(status.st_size))
    guard code == 0 else { throw failure("the password's file can't be read", errno: code) }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw failure("the password's file is empty") }
    return RedisSecret(bytes: bytes)
  }
}
