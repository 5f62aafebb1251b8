package import Glibc
package import SessionTickets

/// A file of trust that somebody else has read whole: it was the same before and after.
package struct ReadFile {
  let stamp: FileStamp
  /// Of the contents; nil if GnuTLS gives none, or nobody needs it.
  let digest: Digest?

  /// - Parameters:
  ///   - keepsStamps: It is on a file system whose stamps tell: then nobody needs the digest.
  ///   - time: Before it was begun to be read, in seconds since 1970.
  package init(_ status: stat, keepsStamps: Bool, time: Int64, _ digest: Digest?) {
    stamp = FileStamp(status, isKept: keepsStamps, at: time)
    self.digest = digest
  }
}
