/// A leaf that a ``CertificateAuthority`` has issued. All bytes are PEM.
public struct IssuedCertificate: Sendable {
  /// The leaf alone.
  public let leaf: [UInt8]
  /// The leaf's key, in the clear.
  public let key: [UInt8]
  /// The leaf's serial number, big-endian.
  public let serial: [UInt8]
  public let issuer: CertificateAuthority

  /// The leaf, then the intermediates up to the root, without it.
  public var chain: [UInt8] { chain() }

  /// The leaf's chain as a server may send it.
  ///
  /// - Parameters:
  ///   - includingRoot: Whether the root comes last, which no client needs.
  ///   - extras: Certificates that follow all that, as no server should send them.
  public func chain(includingRoot: Bool = false, extras: [[UInt8]] = []) -> [UInt8] {
    let authorities = ([issuer] + issuer.issuers).map(\.certificate)
    return leaf + (includingRoot ? authorities[...] : authorities.dropLast()).joined() + extras.joined()
  }

  /// The chain and key as a server takes them.
  public var serverCertificate: ServerCertificate { ServerCertificate(chain: chain, key: key) }
}
