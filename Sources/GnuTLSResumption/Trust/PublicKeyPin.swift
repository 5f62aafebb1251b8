internal import CGnuTLS

/// A public key that a peer's verified path must contain: SHA-256 of its SubjectPublicKeyInfo (RFC 7469, section 2.4).
public struct PublicKeyPin: Hashable, Sendable {
  /// The digest's length in bytes.
  public static let byteCount = 32

  /// The 32 bytes.
  public let digest: [UInt8]

  /// Takes a digest of 32 bytes, or returns nil if there are more or fewer.
  public init?(_ digest: [UInt8]) {
    guard digest.count == Self.byteCount else { return nil }
    self.digest = digest
  }

  /// Reads the base64 form, with or without `sha256//` before it (as curl writes it), or returns nil.
  public init?(base64 text: String) {
    let prefix = "sha256//"
    let digits = Array((text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...]).utf8)
    guard !digits.isEmpty else { return nil }
    var decoded = unsafe gnutls_datum_t()
    guard unsafe digits.withDatum({ unsafe gnutls_base64_decode2($0, &decoded) }) == 0 else { return nil }
    defer { unsafe cgnutls_free(decoded.data) }
    self.init(unsafe Array(UnsafeRawBufferPointer(start: decoded.data, count: Int(decoded.size))))
  }
}

extension PublicKeyPin: Comparable {
  public static func < (left: PublicKeyPin, right: PublicKeyPin) -> Bool {
    left.digest.lexicographicallyPrecedes(right.digest)
  }
}
