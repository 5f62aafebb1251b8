internal import CGnuTLS
package import SessionTickets

/// SHA-256, without a key: for what is compared, not for what is secret.
package enum SHA256 {
  /// Nil without memory, or in a FIPS error state: what can't be told is never the same as anything.
  package static func digest(_ bytes: [UInt8]) -> Digest? {
    unsafe bytes.withUnsafeBytes { unsafe digest($0) }
  }

  /// The same, of bytes in memory.
  package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest? {
    var result = [UInt8](repeating: 0, count: Digest.byteCount)
    let code = unsafe result.withUnsafeMutableBytes { output in
      unsafe gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.baseAddress, bytes.count, output.baseAddress)
    }
    return code == 0 ? Digest(result) : nil
  }

  /// The digest's bytes, or the very bytes where there is none: neither is ever another's.
  package static func fingerprint(_ bytes: [UInt8]) -> [UInt8] { digest(bytes)?.bytes ?? bytes }
}
