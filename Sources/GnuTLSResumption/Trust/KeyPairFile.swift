internal import Glibc
internal import SessionTickets

/// A file of the client's certificate or key, as it was when it was loaded: so that another one in its place is loaded too.
///
/// A program may have lost the right to read its key since, and still use it: so it is looked at without being opened,
/// where that tells.
struct KeyPairFile {
  private let path: RawPath
  private let stamp: FileStamp
  /// Of the contents, where stamps don't tell.
  private let digest: Digest?

  /// To be taken before the file is loaded; nil if it is none whose contents stay.
  init?(aboutToLoad path: RawPath) {
    guard let stamp = FileStamp(unopened: path) else { return nil }
    self.path = path
    self.stamp = stamp
    digest = stamp.isKept ? nil : Self.digest(of: path)
  }

  var isUnchanged: Bool {
    guard let current = FileStamp(unopened: path) else { return false }
    if stamp.certainlyMatches(current) { return true }
    guard let digest else { return false }
    if let now = Self.digest(of: path) { return now == digest }
    return errno == EACCES && stamp == current
  }

  /// Nil, and `errno`, if it can't be read.
  private static func digest(of path: RawPath) -> Digest? {
    errno = 0
    guard var file = try? TrustFile(path, purpose: "") else { return nil }
    defer { file.wipe() }
    return file.digest
  }
}
