/// What an authority's certificate says of itself.
public struct AuthorityOptions: Sendable, Equatable {
  /// The common name, its whole distinguished name.
  public var name: String
  public var keyType = CertificateOptions.KeyType.ecdsa
  /// Seconds since 1970 from which the certificate is valid. Nil: since yesterday.
  public var notBefore: Int64?
  /// Seconds since 1970 until which the certificate is valid. Nil: for ten years.
  public var notAfter: Int64?
  /// How many other authorities may stand between this one and a leaf (RFC 5280 §4.2.1.9). Nil: any number.
  public var pathLength: Int?
  /// DNS names (and all below them) that the authority may vouch for (RFC 5280 §4.2.1.10). Empty: all.
  public var permittedDNSNames: [String] = []
  /// The hash of the signature under this certificate.
  public var signatureHash = CertificateOptions.SignatureHash.sha256

  public init(name: String = "Test Root") { self.name = name }
}
