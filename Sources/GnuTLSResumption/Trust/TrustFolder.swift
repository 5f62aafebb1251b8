internal import Glibc
internal import SessionTickets

/// The regular files of a folder of trust anchors, by name, each with what tells it from others, symbolic links followed
/// (`gnutls_certificate_set_x509_trust_dir`).
struct TrustFolder {
  struct File {
    let path: RawPath
    let stamp: FileStamp
    /// Of the contents, where stamps don't tell.
    let digest: Digest?
  }

  let path: RawPath
  /// Those that can be read, sorted by name.
  let files: [File]
  /// Over all names, and stamps or contents; nil if there is none.
  let digest: Digest?
  /// No file has changed just now, or it is known by its contents.
  let isSettled: Bool

  init(_ path: RawPath) throws(VerificationFailure) {
    guard let folder = unsafe path.withCString({ unsafe opendir($0) }) else {
      throw .unreadable("the trust folder", path, errno)
    }
    defer { unsafe closedir(folder) }
    var files: [File] = []
    var systems = FileSystems()
    while let entry = unsafe readdir(folder) {
      let kind = Int32(unsafe entry.pointee.d_type)
      // Whatever else there is: GnuTLS doesn't look at it either.
      guard kind == DT_REG || kind == DT_LNK || kind == DT_UNKNOWN else { continue }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe RawPath(cString: $0) }
      }
      let number = unsafe name.withCString { unsafe openat(dirfd(folder), $0, Descriptor.readingFlags) }
      guard number >= 0 else { continue }
      let path = RawPath(bytes: path.bytes + [UInt8(ascii: "/")] + name.bytes)
      if let file = Self.file(Descriptor(owning: number), path, &systems) { files.append(file) }
    }
    self.init(path, files)
  }

  /// - Parameter files: All regular files that can be read, in any order.
  init(_ path: RawPath, _ files: [File]) {
    self.path = path
    self.files = files.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    digest = Self.digest(of: self.files)
    isSettled = files.allSatisfy { $0.stamp.isTelling || $0.digest != nil }
  }

  private static func file(
    _ descriptor: consuming Descriptor, _ path: RawPath, _ systems: inout FileSystems
  ) -> File? {
    guard let status = descriptor.status(), status.isKind(S_IFREG) else { return nil }
    let stamp = FileStamp(status, isKept: systems.keepStamps(descriptor, status))
    guard !stamp.isKept else { return File(path: path, stamp: stamp, digest: nil) }
    guard let file = try? TrustFile(descriptor, path, purpose: "") else { return nil }
    return File(path: path, stamp: stamp, digest: file.digest)
  }

  private static func digest(of files: [File]) -> Digest? {
    var listing: [UInt8] = []
    for file in files {
      listing.append(field: file.path.bytes)
      listing.append(file.stamp.isKept ? 1 : 0)
      guard !file.stamp.isKept else {
        file.stamp.appendFile(to: &listing)
        continue
      }
      guard let digest = file.digest else { return nil }
      listing.append(digest)
    }
    return SHA256.digest(listing)
  }
}

/// Which file systems' stamps tell: asked once for each, as a folder's files are mostly on one.
private struct FileSystems {
  private var known: (device: dev_t, keepsStamps: Bool)?

  mutating func keepStamps(_ file: borrowing Descriptor, _ status: stat) -> Bool {
    if let known, known.device == status.st_dev { return known.keepsStamps }
    let answer = file.keepsStamps
    known = (status.st_dev, answer)
    return answer
  }
}
