internal import CGnuTLS

/// Trust anchors and revocation lists in GnuTLS's hands: in credentials of their own, which take the place of the
/// session's while a peer is verified. Immutable, so that threads may share them.
@safe
final class TrustAnchors: @unchecked Sendable {
  private let credentials: CertificateCredentials
  /// What they were loaded from; nil where that can't be told.
  let inputs: TrustInputs?
  /// Only anchors with these subjects were loaded; nil: all.
  let names: Set<[UInt8]>?

  var pointer: gnutls_certificate_credentials_t { unsafe credentials.pointer }

  /// - Returns: Nil if there is no anchor with one of the names.
  private init?(_ policy: VerificationPolicy, names: Set<[UInt8]>?) throws(VerificationFailure) {
    do {
      credentials = try CertificateCredentials()
    } catch {
      throw VerificationFailure(message: "trust can't be loaded: \(error)")
    }
    var loader = unsafe TrustLoader(credentials: credentials.pointer, names: names)
    inputs = try loader.load(policy)
    self.names = loader.isComplete ? nil : names
    if names != nil, loader.count == 0 { return nil }
  }

  /// Loads a policy's anchors and revocation lists.
  /// - Parameter names: Load only anchors with these subjects, if there are any. GnuTLS looks anchors up by their subject
  ///   alone, so that others can't matter for a chain that doesn't name them.
  static func load(_ policy: VerificationPolicy, names: Set<[UInt8]>?) throws(VerificationFailure) -> TrustAnchors {
    if let names, policy.revocationLists.isEmpty, let some = try TrustAnchors(policy, names: names) { return some }
    guard let all = try TrustAnchors(policy, names: nil) else {
      throw VerificationFailure(message: "trust can't be loaded")
    }
    return all
  }

  /// Whether they are all that could matter for chains that name these.
  func cover(_ names: Set<[UInt8]>?) -> Bool {
    guard let loaded = self.names else { return true }
    return names.map { $0.isSubset(of: loaded) } ?? false
  }
}

extension Set<[UInt8]> {
  /// All subjects and issuers of a chain; nil if one can't be read.
  init?(namedIn chain: [[UInt8]]) {
    self.init()
    for certificate in chain {
      guard let names = CertificateNames(certificate) else { return nil }
      insert(Array(names.issuer))
      insert(Array(names.subject))
    }
  }
}
