internal import CGnuTLS
internal import CResumptionStart

/// The path that a verification took, from the leaf to the trust anchor: when all of it is valid, and its keys.
struct VerifiedPath: Hashable {
  /// Of all its certificates, the anchor's included.
  private(set) var validity = Validity()
  /// SHA-256 of the SubjectPublicKeyInfo of each; nil if nobody asked.
  private(set) var keys: Set<PublicKeyPin>?

  fileprivate init(withKeys: Bool) { keys = withKeys ? [] : nil }

  /// Adds what GnuTLS found good: a certificate and its issuer; or an anchor that stands for a certificate of the same
  /// name and key. That one may be out of its dates, and is not in the path.
  fileprivate mutating func add(_ certificate: gnutls_x509_crt_t, _ issuer: gnutls_x509_crt_t) {
    if unsafe cgnutls_names_issuer(certificate, issuer) != 0 { unsafe add(certificate) }
    unsafe add(issuer)
  }

  private mutating func add(_ certificate: gnutls_x509_crt_t) {
    unsafe validity.formIntersection(of: certificate)
    guard keys != nil else { return }
    var digest = [UInt8](repeating: 0, count: PublicKeyPin.byteCount)
    var count = digest.count
    let code = unsafe gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256.rawValue, &digest, &count)
    if code == 0, let pin = PublicKeyPin(digest) { keys?.insert(pin) }
  }
}

extension Validity {
  /// Narrows the span to a certificate's. One without a readable date is never valid.
  mutating func formIntersection(of certificate: gnutls_x509_crt_t) {
    let from = unsafe gnutls_x509_crt_get_activation_time(certificate)
    let until = unsafe gnutls_x509_crt_get_expiration_time(certificate)
    guard from != -1, until != -1 else { return formIntersection(from: .max, until: .min) }
    formIntersection(from: Int64(from), until: Int64(until))
  }
}

/// Watches which path GnuTLS takes. Its function for that (`gnutls_verify_output_function`) has no argument for a
/// context, so it is the thread's.
enum PathWatch {
  /// Runs a verification, and returns its result with the path that it ended with.
  static func path<Result>(withKeys: Bool, of verification: () -> Result) -> (Result, VerifiedPath) {
    var path = VerifiedPath(withKeys: withKeys)
    let result = unsafe withUnsafeMutablePointer(to: &path) { pointer in
      // An application's own functions, which GnuTLS may call meanwhile, may verify something themselves.
      let outer = unsafe cresumptionstart_thread_word()
      unsafe cresumptionstart_set_thread_word(pointer)
      defer { unsafe cresumptionstart_set_thread_word(outer) }
      return verification()
    }
    return (result, path)
  }

  /// The function to hand to GnuTLS.
  static let function: @convention(c) (gnutls_x509_crt_t?, gnutls_x509_crt_t?, gnutls_x509_crl_t?, UInt32) -> Int32 = {
    certificate, issuer, revocationList, status in
    guard let path = unsafe cresumptionstart_thread_word()?.assumingMemoryBound(to: VerifiedPath.self) else { return 0 }
    // GnuTLS tries again by another way where one fails: what came before was not the path.
    guard status == 0 else {
      unsafe path.pointee = VerifiedPath(withKeys: path.pointee.keys != nil)
      return 0
    }
    // Lists are asked for certificates, too, that were sent along and have no part in the path.
    guard unsafe revocationList == nil, let certificate = unsafe certificate, let issuer = unsafe issuer else {
      return 0
    }
    unsafe path.pointee.add(certificate, issuer)
    return 0
  }
}
