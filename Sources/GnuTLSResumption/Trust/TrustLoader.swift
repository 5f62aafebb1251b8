internal import CGnuTLS
internal import SessionTickets

/// Puts anchors and revocation lists into credentials, and notes what was put there: GnuTLS is given bytes of the very
/// reading that the notes are of.
@safe
struct TrustLoader {
  private let credentials: gnutls_certificate_credentials_t
  /// Load only anchors with these subjects; nil: all.
  private let names: Set<[UInt8]>?
  private(set) var inputs = TrustInputs()
  /// How many anchors have been loaded.
  private(set) var count: Int32 = 0
  /// False if something was loaded that the inputs don't hold.
  private var isToldWhole = true
  /// All that was there has been loaded, whatever its subject.
  private(set) var isComplete = true

  init(credentials: gnutls_certificate_credentials_t, names: Set<[UInt8]>?) {
    unsafe self.credentials = unsafe credentials
    self.names = names
  }

  /// - Returns: What was loaded, or nil where that can't be told.
  mutating func load(_ policy: VerificationPolicy) throws(VerificationFailure) -> TrustInputs? {
    switch policy.anchors {
    case .system:
      guard let path = SystemTrust.file else {
        try require(unsafe gnutls_certificate_set_x509_system_trust(credentials), "the system's trust store")
        isToldWhole = false
        break
      }
      try add(file: path)
    case .file(let path): try add(file: path)
    case .folder(let path): try add(TrustFolder(path))
    case .memory(let pem, let digest):
      let found = add(pem)
      try require(found, "the trust anchors in memory")
      note(digest.map { .memory($0) })
    case .sessionCredentials:
      guard policy.revocationLists.isEmpty else {
        throw VerificationFailure(
          message: "revocation lists can't be added to a session's own credentials: put them there yourself")
      }
      return nil
    }
    for path in policy.revocationLists { try add(revocationList: path) }
    return isToldWhole ? inputs : nil
  }

  private mutating func note(_ note: TrustNote?) {
    if let note { inputs.append(note) } else { isToldWhole = false }
  }

  private mutating func add(file path: RawPath) throws(VerificationFailure) {
    let file = try TrustFile(path, purpose: "the trust file")
    inputs.append(file.note)
    let found = add(file.bytes)
    try require(found, "the trust file \(path)")
  }

  mutating func add(_ folder: TrustFolder) throws(VerificationFailure) {
    // Hashed folders name each file several times.
    var seen: Set<TrustNote> = []
    var isAsListed = true
    var found: Int32 = 0
    for file in folder.files where seen.insert(.file(file.stamp, file.digest)).inserted {
      // GnuTLS, too, leaves out what it can't read.
      guard let read = try? TrustFile(file.path, purpose: "") else { continue }
      if file.digest == nil ? read.stamp != file.stamp : read.digest != file.digest { isAsListed = false }
      found += max(0, add(read.bytes))
    }
    try require(found, "the trust folder \(folder.path)")
    note(folder.digest.map { .folder($0, isSettled: folder.isSettled && isAsListed) })
  }

  private mutating func add(revocationList path: RawPath) throws(VerificationFailure) {
    let file = try TrustFile(path, purpose: "the revocation list")
    inputs.append(file.note)
    let found = unsafe file.bytes.withDatum {
      unsafe gnutls_certificate_set_x509_crl_mem(credentials, $0, GNUTLS_X509_FMT_PEM)
    }
    guard found != 0 else { throw VerificationFailure(message: "there is no revocation list in \(path)") }
    if found < 0 {
      throw VerificationFailure(message: "can't read the revocation list \(path): \(GnuTLSError(found))")
    }
  }

  /// - Returns: How many anchors were added, or GnuTLS's error.
  private mutating func add(_ pem: [UInt8]) -> Int32 {
    var pem = pem
    if let names, let picked = PEMBundle.certificates(withSubjects: names, in: pem) {
      isComplete = false
      pem = picked
    }
    let added = unsafe pem.withDatum {
      unsafe gnutls_certificate_set_x509_trust_mem(credentials, $0, GNUTLS_X509_FMT_PEM)
    }
    count += max(0, added)
    return added
  }

  private func require(_ found: Int32, _ name: String) throws(VerificationFailure) {
    if found < 0 { throw VerificationFailure(message: "can't read \(name): \(GnuTLSError(found))") }
    // Of those that were asked for there may be none.
    if found == 0, isComplete { throw VerificationFailure(message: "there is no certificate in \(name)") }
  }
}
