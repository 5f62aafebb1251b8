/// A certificate authority for tests and demonstrations: a root, or an intermediate. All bytes are PEM.
///
/// Its key lies in the clear. Two authorities of one name have different keys; the same name and key in another
/// certificate come from ``renewed(_:)``, ``certified(by:_:)`` and ``selfSigned(_:)``.
public struct CertificateAuthority: Sendable {
  public let options: AuthorityOptions
  /// Its certificate. A root's is what a client trusts.
  public let certificate: [UInt8]
  /// Its key, in the clear.
  public let key: [UInt8]
  /// The serial number of its certificate, big-endian.
  public let serial: [UInt8]
  /// Who vouches for it: its issuer, then that one's, up to and with the root. Empty for a root.
  public let issuers: [CertificateAuthority]

  /// Makes an authority with a fresh key.
  ///
  /// - Parameter issuer: Signs its certificate. Nil: it is a root.
  public init(
    _ options: AuthorityOptions = AuthorityOptions(), issuer: CertificateAuthority? = nil
  ) throws(ServerError) {
    try self.init(options, key: PrivateKey.generate(options.keyType), issuer: issuer)
  }

  private init(
    _ options: AuthorityOptions, key: borrowing PrivateKey, issuer: CertificateAuthority?
  ) throws(ServerError) {
    let builder = try CertificateBuilder.start(
      commonName: options.name, key: key, notBefore: options.notBefore, notAfter: options.notAfter)
    try builder.makeAuthority(options)
    if let issuer {
      try issuer.sign(builder, hash: options.signatureHash)
    } else {
      try builder.signItself(key: key, hash: options.signatureHash)
    }
    self.options = options
    certificate = try builder.pem()
    self.key = try key.pem()
    serial = try builder.serial()
    issuers = issuer.map { [$0] + $0.issuers } ?? []
  }

  /// The same name and key in another certificate of the same issuer, with what `change` changes.
  ///
  /// The key's type can't be changed. Dates that were not given are taken from now.
  public func renewed(
    _ change: (inout AuthorityOptions) -> Void = { _ in }
  ) throws(ServerError) -> CertificateAuthority {
    try again(issuer: issuers.first, change)
  }

  /// The same name and key certified by another authority: cross-signed.
  public func certified(
    by issuer: CertificateAuthority, _ change: (inout AuthorityOptions) -> Void = { _ in }
  ) throws(ServerError) -> CertificateAuthority {
    try again(issuer: issuer, change)
  }

  /// The same name and key as a root.
  public func selfSigned(
    _ change: (inout AuthorityOptions) -> Void = { _ in }
  ) throws(ServerError) -> CertificateAuthority {
    try again(issuer: nil, change)
  }

  private func again(
    issuer: CertificateAuthority?, _ change: (inout AuthorityOptions) -> Void
  ) throws(ServerError) -> CertificateAuthority {
    var options = self.options
    change(&options)
    options.keyType = self.options.keyType
    return try CertificateAuthority(options, key: PrivateKey.reading(key), issuer: issuer)
  }

  /// Issues a leaf, with a fresh key or that of another leaf, which it so renews.
  public func issue(
    _ options: CertificateOptions = CertificateOptions(), keyOf other: IssuedCertificate? = nil
  ) throws(ServerError) -> IssuedCertificate {
    let key = if let other { try PrivateKey.reading(other.key) } else { try PrivateKey.generate(options.keyType) }
    let builder = try CertificateBuilder.start(
      commonName: options.dnsNames.first ?? "Test Leaf", key: key, notBefore: options.notBefore,
      notAfter: options.notAfter)
    try builder.makeLeaf(options)
    try sign(builder, hash: options.signatureHash)
    return try IssuedCertificate(leaf: builder.pem(), key: key.pem(), serial: builder.serial(), issuer: self)
  }

  private func sign(
    _ builder: borrowing CertificateBuilder, hash: CertificateOptions.SignatureHash
  ) throws(ServerError) {
    try builder.sign(by: CertificateBuilder.reading(certificate), key: PrivateKey.reading(key), hash: hash)
  }
}
