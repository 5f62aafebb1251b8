internal import Locking

/// The credentials of the connections of one configuration: made once, and again when what they were read from has
/// changed.
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
  ) throws(ConnectionError) -> Credentials {
    let paths = Self.paths(anchors, keyPair)
    let stamps = paths.compactMap(FileStamp.init(path:))
    return try entry.withLock { (entry) throws(ConnectionError) in
      if let entry, entry.anchors == anchors, entry.keyPair == keyPair, entry.stamps == stamps,
        // Settled then, when they were read: what changed in the same tick afterwards has the same stamps.
        stamps.count == paths.count, entry.stamps.allSatisfy(\.isSettled)
      {
        return entry.credentials
      }
      let credentials = try Self.make(anchors, keyPair)
      entry = Entry(anchors: anchors, keyPair: keyPair, stamps: stamps, credentials: credentials)
      return credentials
    }
  }

  private static func make(
    _ anchors: VerificationPolicy.Anchors?, _ keyPair: PEMKeyPair?
  ) throws(ConnectionError) -> Credentials {
    do {
      let credentials = try Credentials(anchors: anchors)
      if let keyPair { try credentials.addKeyPair(certificate: keyPair.certificate, key: keyPair.key) }
      return credentials
    } catch {
      let what = keyPair.map { "the client certificate \($0.certificate) or its key \($0.key)" } ?? "credentials"
      throw ConnectionError(.configuration, "can't load \(what)", underlying: error)
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
