/// What a leaf says of itself, and for a ``GeneratedCertificate`` its authorities too.
public struct CertificateOptions: Sendable, Equatable {
  public enum KeyType: Sendable, Equatable {
    /// ECDSA on P-256.
    case ecdsa
    case ecdsaP384
    /// RSA with 2048 bits: about a tenth of a second to make.
    case rsa
    /// Weak: verifiers with a security level refuse it.
    case rsa1024

    var isRSA: Bool { self == .rsa || self == .rsa1024 }
  }

  public enum SignatureHash: Sendable, Equatable {
    case sha256
    /// Weak: verifiers refuse it.
    case sha1
  }

  public enum Purpose: Sendable, Equatable {
    case tlsServer, tlsClient
    /// Right for neither.
    case codeSigning
    /// Signs OCSP responses in its issuer's stead (RFC 6960, section 4.2.2.2).
    case ocspSigning
  }

  /// The names of the leaf. Empty: none.
  public var dnsNames: [String]
  /// IPv4 addresses in the leaf.
  public var ipAddresses: [IPv4Address] = []
  public var keyType = KeyType.ecdsa
  /// Seconds since 1970 from which the leaf is valid. Nil: since yesterday.
  public var notBefore: Int64?
  /// Seconds since 1970 until which the leaf is valid. Nil: for ten years.
  public var notAfter: Int64?
  public var purpose = Purpose.tlsServer
  /// The hash of the leaf's signature.
  public var signatureHash = SignatureHash.sha256
  /// Whether a server must send an OCSP response for the leaf (RFC 7633, "must staple").
  public var mustStaple = false

  /// Of a ``GeneratedCertificate`` only: the dates of its authorities, like those of the leaf.
  public var authorityNotBefore: Int64?
  public var authorityNotAfter: Int64?
  /// Of a ``GeneratedCertificate`` only.
  public var hasIntermediate = false
  /// Of a ``GeneratedCertificate`` only: DNS names (and all below them) that the issuer of the leaf may vouch for.
  /// Empty: no constraint.
  public var permittedDNSNames: [String] = []

  public init(dnsNames: [String] = ["localhost"]) { self.dnsNames = dnsNames }
}

/// An IPv4 address by its four parts.
public struct IPv4Address: Sendable, Equatable {
  public let bytes: [UInt8]

  public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    bytes = [first, second, third, fourth]
  }

  public static let loopback = IPv4Address(127, 0, 0, 1)
}
