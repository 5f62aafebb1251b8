internal import CGnuTLS

/// The names of what a handshake negotiated, as GnuTLS writes them.
extension SessionHandle {
  /// For example `TLS1.3`.
  var protocolName: String { unsafe Self.name(gnutls_protocol_get_name(protocolVersion)) ?? "unknown" }

  /// For example `TLS_AES_256_GCM_SHA384`.
  var cipherSuiteName: String { unsafe Self.name(gnutls_ciphersuite_get(pointer)) ?? "unknown" }

  /// The key exchange's group, for example `X25519`, or nil where none took part.
  var groupName: String? { unsafe Self.name(gnutls_group_get_name(gnutls_group_get(pointer))) }

  private static func name(_ pointer: UnsafePointer<CChar>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }
}
