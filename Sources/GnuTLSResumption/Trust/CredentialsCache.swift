internal import SessionTicketsLocking

/// The credentials of one configuration's connections, or of one engine's attached sessions: made once, and again when
/// what they were read from has changed.
final class CredentialsCache: Sendable {
  private struct Entry {
    let keyPair: PEMKeyPair?
    /// Of both files, if they are files.
    let keyPairFiles: [KeyPairFile]
    let credentials: Credentials
  }

  private let entry = Lock<Entry?>(nil)

  /// Whether those that were made last have loaded their trust.
  var hasLoadedTrust: Bool { entry.withLock { $0?.credentials.isTrustLoaded == true } }

  /// - Parameter policy: Nil if nobody's certificate will be verified with them.
  func credentials(
    policy: VerificationPolicy?, keyPair: PEMKeyPair?
  ) throws(GnuTLSError) -> Credentials {
    try entry.withLock { (entry) throws(GnuTLSError) in
      if let entry, entry.keyPair == keyPair, entry.keyPairFiles.allSatisfy({ $0.isUnchanged }),
        entry.credentials.isCurrent(for: policy)
      {
        return entry.credentials
      }
      let files = keyPair.map { [$0.certificate, $0.key].compactMap { KeyPairFile(aboutToLoad: $0) } } ?? []
      let credentials = try Credentials(policy: policy)
      if let keyPair { try credentials.add(keyPair) }
      entry = Entry(keyPair: keyPair, keyPairFiles: files, credentials: credentials)
      return credentials
    }
  }
}
