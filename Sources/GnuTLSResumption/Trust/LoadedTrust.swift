package import SessionTickets

/// A file or folder of anchors or revocation lists that the owner of a session has loaded into its credentials, and in which
/// state: so that what is in their trust list can be told after all.
package struct LoadedTrust: Hashable, Sendable {
  let source: TrustSource
  let note: TrustNote

  /// To be taken before the file is loaded; nil if there is no such file, or it is none whose contents stay: what comes
  /// out of a pipe, no stamp tells.
  package init?(aboutToLoad path: RawPath) {
    guard let stamp = FileStamp(regularFile: path) else { return nil }
    source = .file(path)
    guard !stamp.isKept else {
      note = .file(stamp, nil)
      return
    }
    guard let file = try? TrustFile(path, purpose: ""), let digest = file.digest else { return nil }
    note = .file(file.stamp, digest)
  }

  package init?(aboutToLoad path: String) { self.init(aboutToLoad: RawPath(path)) }

  /// To be taken before the folder is loaded; nil if it can't be read.
  package init?(aboutToLoadFolder path: RawPath) {
    guard let note = TrustNote(.folder(path)) else { return nil }
    source = .folder(path)
    self.note = note
  }

  /// What `gnutls_certificate_set_x509_system_trust` loads; nil where that isn't one file.
  package static func system() -> LoadedTrust? { SystemTrust.file.flatMap { LoadedTrust(aboutToLoad: $0) } }

  /// It is certainly what was loaded.
  package var isUnchanged: Bool { note.holds(for: source) }
}

extension VerificationPolicy {
  /// The trust list of an attached session's own credentials, of which it is known what it was loaded from, and that this
  /// hasn't changed since. A verdict can stand then, as with trust that the engine loads itself.
  /// - Parameter loaded: Empty: nothing has been loaded yet, and it may still be.
  package static func sessionCredentials(loadedFrom loaded: [LoadedTrust]) -> VerificationPolicy {
    var policy = sessionCredentials
    policy.loadedTrust = loaded
    return policy
  }

  /// The session's owner loads its trust later, if at all: until then only a verdict can say that a stored peer is trusted,
  /// by what *it* was made of.
  package var isTrustPending: Bool { anchors == .sessionCredentials && loadedTrust?.isEmpty == true }

  /// What a verification by the session's own credentials depends on, if it is known.
  var loadedInputs: TrustInputs? {
    guard let loadedTrust, !loadedTrust.isEmpty else { return nil }
    var inputs = TrustInputs()
    for trust in loadedTrust { inputs.append(trust.note) }
    inputs.sources = loadedTrust.map { $0.source }
    return inputs
  }
}
