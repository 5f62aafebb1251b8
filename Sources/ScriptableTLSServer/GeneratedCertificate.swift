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
    let from = options.authorityNotBefore ?? min(yesterday, options.notBefore ?? yesterday)
    let until = options.authorityNotAfter ?? max(farAway, options.notAfter ?? farAway)

    let rootKey = try PrivateKey.generate(options.keyType)
    let root = try CertificateBuilder.start(commonName: "Test Root", key: rootKey, notBefore: from, notAfter: until)
    try root.makeAuthority(permittedDNSNames: options.hasIntermediate ? [] : options.permittedDNSNames)
    try root.signItself(key: rootKey)

    let leafKey = try PrivateKey.generate(options.keyType)
    let leaf = try CertificateBuilder.start(
      commonName: options.dnsNames.first ?? "Test Leaf", key: leafKey, notBefore: options.notBefore ?? yesterday,
      notAfter: options.notAfter ?? farAway)
    try leaf.makeLeaf(options)

    if options.hasIntermediate {
      let middleKey = try PrivateKey.generate(options.keyType)
      let middle = try CertificateBuilder.start(
        commonName: "Test Intermediate", key: middleKey, notBefore: from, notAfter: until)
      try middle.makeAuthority(permittedDNSNames: options.permittedDNSNames)
      try middle.sign(by: root, key: rootKey)
      try leaf.sign(by: middle, key: middleKey, hash: options.signatureHash)
      chain = try leaf.pem() + middle.pem()
    } else {
      try leaf.sign(by: root, key: rootKey, hash: options.signatureHash)
      chain = try leaf.pem()
    }
    authority = try root.pem()
    key = try leafKey.pem()
  }
}
