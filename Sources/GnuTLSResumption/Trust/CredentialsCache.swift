internal import Locking

/// The credentials of one configuration's connections, or of one engine's attached sessions: made once, and again when
/// what they were read from has changed.
final class CredentialsCache: Sendable {
  private struct Entry {
    let anchors: VerificationPolicy.Anchors?
    let keyPair: PEMKeyPair?
    let stamps: [FileStamp]
    let credentials: Credentials
  }

  private let entry = Lock<Entry?>(nil)

  func credentials(
    anchors: VerificationPolicy.Anchors?, keyPair: PEMKeyPair?
  ) throws(GnuTLSError) -> Credentials {
    let paths = Self.paths(anchors, keyPair)
    let stamps = paths.compactMap(FileStamp.init(path:))
    return try entry.withLock { (entry) throws(GnuTLSError) in
      if let entry, entry.anchors == anchors, entry.keyPair == keyPair, entry.stamps == stamps,
        // Settled then, when they were read: what changed in the same tick afterwards has the same stamps.
        stamps.count == paths.count, entry.stamps.allSatisfy(\.isSettled)
      {
        return entry.credentials
      }
      let credentials = try Credentials(anchors: anchors)
      if let keyPair { try credentials.addKeyPair(certificate: keyPair.certificate, key: keyPair.key) }
      entry = Entry(anchors: anchors, keyPair: keyPair, stamps: stamps, credentials: credentials)
      return credentials
    }
  }

  private static func paths(_ anchors: VerificationPolicy.Anchors?, _ keyPair: PEMKeyPair?) -> [String] {
    var paths: [String] = []
    switch anchors {
    case .file(let path): paths.append(path)
    // Where Debian's GnuTLS reads the system's trust. Where there is no such file nothing is cached.
    case .system: paths.append("/etc/ssl/certs/ca-certificates.crt")
    case .sessionCredentials, nil: break
    }
    if let keyPair { paths += [keyPair.certificate, keyPair.key] }
    return paths
  }
}
