internal import CGnuTLS
internal import SessionTickets
internal import SessionTicketsLocking

/// Random bytes from GnuTLS's generator.
enum Random {
  /// For ids and nonces: unpredictable, and public afterwards (`GNUTLS_RND_NONCE`).
  static func nonce(_ count: Int) throws(GnuTLSError) -> [UInt8] { try bytes(count, GNUTLS_RND_NONCE) }

  /// For long-term keys (`GNUTLS_RND_KEY`).
  static func key(_ count: Int) throws(GnuTLSError) -> [UInt8] { try bytes(count, GNUTLS_RND_KEY) }

  /// The process whose generator this is.
  private static let owner = Lock<UInt64?>(ProcessGeneration.current)

  /// A process that was forked without the C library's knowledge (a raw `clone`) goes on with a copy of its parent's
  /// generator, and would seal under the same keys and nonces.
  private static func refreshAfterFork() {
    let process = ProcessGeneration.current
    owner.withLock { owner in
      guard owner != process else { return }
      owner = process
      gnutls_rnd_refresh()
    }
  }

  private static func bytes(_ count: Int, _ level: gnutls_rnd_level_t) throws(GnuTLSError) -> [UInt8] {
    refreshAfterFork()
    var result = [UInt8](repeating: 0, count: count)
    let code = unsafe result.withUnsafeMutableBytes { unsafe gnutls_rnd(level, $0.baseAddress, $0.count) }
    try GnuTLSError.check(code)
    return result
  }
}
