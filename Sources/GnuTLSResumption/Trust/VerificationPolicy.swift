/// What the engine verifies a peer against.
public struct VerificationPolicy: Hashable, Sendable {
  enum Anchors: Hashable, Sendable {
    case system
    case file(String)
    case sessionCredentials
  }

  let anchors: Anchors

  /// The system's trust store (`gnutls_certificate_set_x509_system_trust`).
  public static let system = VerificationPolicy(anchors: .system)

  /// The certificates in a PEM file (`gnutls_certificate_set_x509_trust_file`), and no others.
  public static func file(_ path: String) -> VerificationPolicy { VerificationPolicy(anchors: .file(path)) }

  /// The trust list that the owner of an attached session has put into its certificate credentials.
  public static let sessionCredentials = VerificationPolicy(anchors: .sessionCredentials)
}
