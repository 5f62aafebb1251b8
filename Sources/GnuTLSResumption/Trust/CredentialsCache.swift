internal import SessionTicketsLocking

/// The credentials of one configuration's connections, or of one engine's attached sessions: made once, and again when
/// what they were read from has changed.
final class CredentialsCache: Sendable {
  private struct Entry {
    let keyPair: PEMKeyPair?
    let keyPairStamps: [FileStamp]
    let credentials: Credentials
  }

  private let entry = Lock<Entry?>(nil)

  /// Whether those that were made last have loaded their trust.
  var hasLoadedTrust: Bool { entry.withLock { $0?.credentials.isTrustLoaded == true } }

  /// - Parameter policy: Nil if nobody's certificate will be verified with them.
  func credentials(
    policy: VerificationPolicy?, keyPair: PEMKeyPair?
  ) throws(GnuTLSError) -> Credentials {
    let stamps = (keyPair.map { [$0.certificate, $0.key] } ?? []).compactMap(FileStamp.init(path:))
    return try entry.withLock { (entry) throws(GnuTLSError) in
      if let entry, entry.keyPair == keyPair, entry.keyPairStamps.count == stamps.count,
        zip(entry.keyPairStamps, stamps).allSatisfy({ $0.certainlyMatches($1) }),
        entry.credentials.isCurrent(for: policy)
      {
        return entry.credentials
      }
      let credentials = try Credentials(policy: policy)
      if let keyPair { try credentials.addKeyPair(certificate: keyPair.certificate, key: keyPair.key) }
      entry = Entry(keyPair: keyPair, keyPairStamps: stamps, credentials: credentials)
      return credentials
    }
  }
}
