internal import CGnuTLS
internal import SessionTickets

/// Puts anchors and revocation lists into credentials, and notes what was put there: GnuTLS is given the very bytes that
/// the notes are of.
@safe
struct TrustLoader {
  private let credentials: gnutls_certificate_credentials_t
  var inputs = TrustInputs()

  init(credentials: gnutls_certificate_credentials_t) { unsafe self.credentials = unsafe credentials }

  mutating func addAnchors(file path: String) throws(VerificationFailure) {
    let file = try TrustFile(path, purpose: "the trust file")
    inputs.append(.file(file.stamp, SHA256.digest(file.bytes)))
    try require(add(file.bytes), "the trust file \(path)")
  }

  mutating func addAnchors(folder path: String) throws(VerificationFailure) {
    let folder = try TrustFolder(path)
    // Hashed folders name each file several times.
    var seen: Set<FileStamp> = []
    var isAsListed = true
    var count: Int32 = 0
    for (path, stamp) in folder.files where seen.insert(stamp).inserted {
      // GnuTLS, too, leaves out what it can't read.
      guard let file = try? TrustFile(path, purpose: "") else { continue }
      if file.stamp != stamp { isAsListed = false }
      count += max(0, add(file.bytes))
    }
    inputs.append(.folder(folder.digest, isSettled: folder.isSettled && isAsListed))
    try require(count, "the trust folder \(path)")
  }

  mutating func addAnchors(pem: [UInt8], digest: Digest) throws(VerificationFailure) {
    inputs.append(.memory(digest))
    try require(add(pem), "the trust anchors in memory")
  }

  func addSystemTrust() throws(VerificationFailure) {
    try require(unsafe gnutls_certificate_set_x509_system_trust(credentials), "the system's trust store")
  }

  mutating func addRevocationList(file path: String) throws(VerificationFailure) {
    let file = try TrustFile(path, purpose: "the revocation list")
    inputs.append(.file(file.stamp, SHA256.digest(file.bytes)))
    let count = unsafe file.bytes.withDatum {
      unsafe gnutls_certificate_set_x509_crl_mem(credentials, $0, GNUTLS_X509_FMT_PEM)
    }
    guard count != 0 else { throw VerificationFailure(message: "there is no revocation list in \(path)") }
    try require(count, "the revocation list \(path)")
  }

  private func add(_ pem: [UInt8]) -> Int32 {
    unsafe pem.withDatum { unsafe gnutls_certificate_set_x509_trust_mem(credentials, $0, GNUTLS_X509_FMT_PEM) }
  }

  private func require(_ count: Int32, _ name: String) throws(VerificationFailure) {
    if count < 0 { throw VerificationFailure(message: "can't read \(name): \(GnuTLSError(count))") }
    if count == 0 { throw VerificationFailure(message: "there is no certificate in \(name)") }
  }
}
