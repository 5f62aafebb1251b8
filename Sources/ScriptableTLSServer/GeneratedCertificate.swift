internal import Glibc

/// A certificate authority and a leaf made on the spot, for a demonstration or a test. All bytes are PEM.
public struct GeneratedCertificate: Sendable {
  /// The root: what a client trusts.
  public let authority: [UInt8]
  /// The leaf, then the intermediate if there is one.
  public let chain: [UInt8]
  /// The leaf's key, in the clear.
  public let key: [UInt8]

  /// The same as a server takes it.
  public var serverCertificate: ServerCertificate { ServerCertificate(chain: chain, key: key) }

  /// Makes a root, an intermediate if wanted, and a leaf, with fresh keys.
  public init(_ options: CertificateOptions = CertificateOptions()) throws(ServerError) {
    let now = Int64(time(nil))
    let yesterday = now - 86_400
    let farAway = now + 3_650 * 86_400
    var authority = AuthorityOptions()
    authority.keyType = options.keyType
    authority.notBefore = options.authorityNotBefore ?? min(yesterday, options.notBefore ?? yesterday)
    authority.notAfter = options.authorityNotAfter ?? max(farAway, options.notAfter ?? farAway)
    if !options.hasIntermediate { authority.permittedDNSNames = options.permittedDNSNames }
    let root = try CertificateAuthority(authority)
    var issuer = root
    if options.hasIntermediate {
      authority.name = "Test Intermediate"
      authority.permittedDNSNames = options.permittedDNSNames
      issuer = try CertificateAuthority(authority, issuer: root)
    }
    let issued = try issuer.issue(options)
    self.authority = root.certificate
    chain = issued.chain
    key = issued.key
  }
}
