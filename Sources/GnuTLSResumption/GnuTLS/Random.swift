internal import CGnuTLS

/// Random bytes from GnuTLS's generator.
enum Random {
  /// For ids and nonces: unpredictable, and public afterwards (`GNUTLS_RND_NONCE`).
  static func nonce(_ count: Int) throws(GnuTLSError) -> [UInt8] { try bytes(count, GNUTLS_RND_NONCE) }

  /// For long-term keys (`GNUTLS_RND_KEY`).
  static func key(_ count: Int) throws(GnuTLSError) -> [UInt8] { try bytes(count, GNUTLS_RND_KEY) }

  private static func bytes(_ count: Int, _ level: gnutls_rnd_level_t) throws(GnuTLSError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    let code = unsafe result.withUnsafeMutableBytes { unsafe gnutls_rnd(level, $0.baseAddress, $0.count) }
    try GnuTLSError.check(code)
    return result
  }
}
