internal import Glibc
internal import SessionTickets

/// The regular files of a folder of trust anchors, by name, each with its stamp, symbolic links followed
/// (`gnutls_certificate_set_x509_trust_dir`).
struct TrustFolder {
  let path: String
  /// Sorted by name.
  let files: [(path: String, stamp: FileStamp)]
  /// Over all names and stamps.
  let digest: Digest
  let isSettled: Bool

  init(_ path: String) throws(VerificationFailure) {
    self.path = path
    guard let folder = unsafe opendir(path) else {
      throw VerificationFailure(
        message: "can't read the trust folder \(path): \(unsafe String(cString: strerror(errno)))")
    }
    defer { unsafe closedir(folder) }
    var files: [(path: String, stamp: FileStamp)] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      let file = "\(path)/\(name)"
      var status = stat()
      guard unsafe stat(file, &status) == 0, status.isKind(S_IFREG) else { continue }
      files.append((file, FileStamp(status)))
    }
    files.sort { $0.path < $1.path }
    var listing: [UInt8] = []
    for (file, stamp) in files {
      listing.append(field: file.utf8)
      // Whether it was settled then is no property of the file.
      let start = listing.count
      stamp.append(to: &listing)
      listing.remove(at: start)
    }
    self.files = files
    digest = SHA256.digest(listing)
    isSettled = files.allSatisfy { $0.stamp.isSettled }
  }
}
