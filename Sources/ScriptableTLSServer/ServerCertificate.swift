/// A certificate chain and its key, as PEM bytes. The leaf comes first.
public struct ServerCertificate: Sendable {
  /// Sent in this order, whether or not each certificate has issued the one before.
  public let chain: [UInt8]
  public let key: [UInt8]
  /// OCSP responses, as DER, in the order of the chain; an empty one, or none, is not sent.
  ///
  /// They go to each client that asks for them (RFC 6066 §8), whatever they say and whenever they were due. TLS 1.2 knows
  /// only the leaf's. A server sends them if this is its only certificate.
  public var stapledResponses: [[UInt8]]

  public init(chain: [UInt8], key: [UInt8], stapledResponses: [[UInt8]] = []) {
    self.chain = chain
    self.key = key
    self.stapledResponses = stapledResponses
  }
}

extension ServerCertificate {
  /// A leaf that nobody has issued but itself, with a fresh key.
  public static func selfSigned(
    _ options: CertificateOptions = CertificateOptions()
  ) throws(ServerError) -> ServerCertificate {
    let key = try PrivateKey.generate(options.keyType)
    let builder = try CertificateBuilder.start(
      commonName: options.dnsNames.first ?? "Test Leaf", key: key, notBefore: options.notBefore,
      notAfter: options.notAfter)
    try builder.makeLeaf(options)
    try builder.signItself(key: key, hash: options.signatureHash)
    return ServerCertificate(chain: try builder.pem(), key: try key.pem())
  }
}
