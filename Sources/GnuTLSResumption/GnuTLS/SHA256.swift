internal import CGnuTLS
package import SessionTickets

/// SHA-256, without a key: for what is compared, not for what is secret.
package enum SHA256 {
  package static func digest(_ bytes: [UInt8]) -> Digest {
    var result = [UInt8](repeating: 0, count: Digest.byteCount)
    let code = unsafe result.withUnsafeMutableBytes { output in
      unsafe bytes.withUnsafeBytes {
        unsafe gnutls_hash_fast(GNUTLS_DIG_SHA256, $0.baseAddress, $0.count, output.baseAddress)
      }
    }
    // Fails only without memory, or in a FIPS error state: nothing to go on with, and nothing to clean up.
    guard code == 0, let digest = Digest(result) else { preconditionFailure("GnuTLS has no SHA-256") }
    return digest
  }
}
