package import SessionTickets

/// A file or folder of anchors or revocation lists that the owner of a session has loaded into its credentials, and in which
/// state: so that what is in their trust list can be told after all.
package struct LoadedTrust: Hashable, Sendable {
  let source: TrustSource
  let note: TrustNote
  /// The note is of the very reading that was loaded: whatever has become of the file, it tells what is in the list.
  let isOfReading: Bool

  private init(_ source: TrustSource, _ note: TrustNote, isOfReading: Bool = false) {
    self.source = source
    self.note = note
    self.isOfReading = isOfReading
  }

  /// To be taken before the file is loaded; nil if there is no such file, or it is none whose contents stay: what comes
  /// out of a pipe, no stamp tells.
  package init?(aboutToLoad path: RawPath) {
    guard let stamp = FileStamp(regularFile: path) else { return nil }
    guard !stamp.isKept else {
      self.init(.file(path), .file(stamp, nil))
      return
    }
    guard let file = try? TrustFile(path, purpose: ""), let digest = file.digest else { return nil }
    self.init(.file(path), .file(file.stamp, digest))
  }

  package init?(aboutToLoad path: String) { self.init(aboutToLoad: RawPath(path)) }

  /// To be taken before the folder is loaded; nil if it can't be read.
  package init?(aboutToLoadFolder path: RawPath) {
    guard let note = TrustNote(.folder(path)) else { return nil }
    self.init(.folder(path), note)
  }

  /// What `gnutls_certificate_set_x509_system_trust` loads; nil where that isn't one file.
  package static func system() -> LoadedTrust? { SystemTrust.file.flatMap { LoadedTrust(aboutToLoad: $0) } }

  /// What was loaded is what was read of a file; nil if GnuTLS gives no digest.
  package init?(file path: RawPath, read file: ReadFile) {
    guard !file.stamp.isKept else {
      self.init(.file(path), .file(file.stamp, nil), isOfReading: true)
      return
    }
    guard let digest = file.digest else { return nil }
    self.init(.file(path), .file(file.stamp, digest), isOfReading: true)
  }

  /// The same as the system's trust; nil where that isn't this file alone.
  package init?(systemFile path: RawPath, read file: ReadFile) {
    guard SystemTrust.file == path else { return nil }
    self.init(file: path, read: file)
  }

  /// What was loaded is what was read of a folder: all of its regular files, by name; nil if GnuTLS gives no digest.
  package init?(folder path: RawPath, read files: [(name: RawPath?, file: ReadFile)]) {
    var listed: [TrustFolder.File] = []
    listed.reserveCapacity(files.count)
    for (name, file) in files {
      guard let name else { return nil }
      let path = path.appending(name.bytes)
      guard !file.stamp.isKept else {
        listed.append(TrustFolder.File(path: path, stamp: file.stamp, digest: nil))
        continue
      }
      guard let digest = file.digest else { return nil }
      listed.append(TrustFolder.File(path: path, stamp: file.stamp, digest: digest))
    }
    let folder = TrustFolder(path, listed)
    guard let digest = folder.digest else { return nil }
    self.init(.folder(path), .folder(digest, isSettled: folder.isSettled), isOfReading: true)
  }

  /// It is certainly what was loaded.
  package var isUnchanged: Bool { isOfReading || note.holds(for: source) }

  /// Whether what was loaded is what was noted, and what is to be noted instead if it is; nil if it isn't.
  func confirmation(of noted: TrustNote) -> TrustNote.Confirmation? {
    isOfReading ? noted.confirmation(by: note) : noted.confirmation(for: source)
  }
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
