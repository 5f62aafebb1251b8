internal import SessionTickets

/// What a store is called by another to which tickets are moved: a public key that belongs to its master key and its folder
/// together, and the GnuTLS that reads its tickets.
///
/// As text: the version, a dash, and 72 hexadecimal digits: 32 bytes of X25519 (RFC 7748), and 4 by which a wrong digit is
/// noticed before tickets are sealed for nobody. It is no secret.
package struct StoreID: Hashable, Sendable {
  package let gnutlsVersion: String
  let publicKey: [UInt8]

  init(publicKey: [UInt8], gnutlsVersion: String = GnuTLSVersion.current) {
    self.publicKey = publicKey
    self.gnutlsVersion = gnutlsVersion
  }

  /// Reads the text; nil if it isn't one as a whole.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let dash = bytes.lastIndex(of: UInt8(ascii: "-")), dash > 0, dash <= 32,
      let decoded = Hexadecimal.decode(bytes[(dash + 1)...]),
      decoded.count == Curve25519KeyPair.byteCount + Self.checkSize,
      let version = String(validating: bytes[..<dash], as: UTF8.self)
    else { return nil }
    self.init(publicKey: Array(decoded.prefix(Curve25519KeyPair.byteCount)), gnutlsVersion: version)
    guard decoded.suffix(Self.checkSize).elementsEqual(check) else { return nil }
  }

  package var text: String {
    "\(gnutlsVersion)-\(String(decoding: Hexadecimal.encode(publicKey + check), as: UTF8.self))"
  }

  private static let checkSize = 4

  private var check: [UInt8] {
    var bytes = Array("gnutls-resume/1 store id\0".utf8)
    bytes.append(text: gnutlsVersion)
    bytes.append(contentsOf: publicKey)
    return Array(SHA256.fingerprint(bytes).prefix(Self.checkSize))
  }
}

extension MasterKey {
  /// The key pair of one store under this key. Neither the key alone, which other machines may have, nor a copy of the
  /// store's folder has it.
  /// - Parameter marks: The id of the marks beside the store.
  func moveKeyPair(of marks: [UInt8]) throws(StoreError) -> Curve25519KeyPair {
    var info = Array("gnutls-resume/1 store key pair\0".utf8) + marks
    var secret = [UInt8](repeating: 0, count: Curve25519KeyPair.byteCount)
    let code = unsafe info.withUnsafeMutableBufferPointer { info in
      unsafe secret.withUnsafeMutableBufferPointer { unsafe expand(info, into: $0) }
    }
    guard code == 0 else { throw StoreError(.unavailable, "GnuTLS gives no key for the store's id", place: "") }
    return try Curve25519KeyPair(secret)
  }
}
