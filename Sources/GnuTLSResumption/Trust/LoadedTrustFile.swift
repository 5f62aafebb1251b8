package import SessionTickets

/// A file of anchors or revocation lists that the owner of a session has loaded into its credentials, and in which
/// state: so that what is in their trust list can be told after all.
package struct LoadedTrustFile: Hashable, Sendable {
  let path: RawPath
  let note: TrustNote

  /// To be taken before the file is loaded; nil if there is no such file, or it is none whose contents stay: what comes
  /// out of a pipe, no stamp tells.
  package init?(aboutToLoad path: RawPath) {
    guard let stamp = FileStamp(regularFile: path) else { return nil }
    self.path = path
    guard !stamp.isKept else {
      note = .file(stamp, nil)
      return
    }
    guard let file = try? TrustFile(path, purpose: ""), let digest = file.digest else { return nil }
    note = .file(file.stamp, digest)
  }

  package init?(aboutToLoad path: String) { self.init(aboutToLoad: RawPath(path)) }

  /// What `gnutls_certificate_set_x509_system_trust` loads; nil where that isn't one file.
  package static func system() -> LoadedTrustFile? { SystemTrust.file.flatMap { LoadedTrustFile(aboutToLoad: $0) } }

  /// The file is certainly what was loaded.
  package var isUnchanged: Bool { note.holds(for: .file(path)) }
}

extension VerificationPolicy {
  /// The trust list of an attached session's own credentials, of which it is known from which files it was loaded, and
  /// that these have not changed since. A verdict can stand then, as with trust that the engine loads itself.
  package static func sessionCredentials(loadedFrom files: [LoadedTrustFile]) -> VerificationPolicy {
    var policy = sessionCredentials
    policy.loadedFiles = files
    return policy
  }

  /// What a verification by the session's own credentials depends on, if it is known.
  var loadedInputs: TrustInputs? {
    guard let loadedFiles else { return nil }
    var inputs = TrustInputs()
    for file in loadedFiles { inputs.append(file.note) }
    return inputs
  }
}
