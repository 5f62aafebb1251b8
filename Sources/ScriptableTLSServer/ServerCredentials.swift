internal import CScriptableTLSServer

/// Owns GnuTLS's certificate credentials.
///
/// `@unchecked Sendable`: nothing changes them after init, and sessions of several threads may then read them
/// (GnuTLS manual, "Thread safety").
@safe final class ServerCredentials: @unchecked Sendable {
  let handle: gnutls_certificate_credentials_t
  /// The chain, if it has stapled responses: it is then not in the handle.
  let stapledChain: StapledChain?

  /// Several certificates (RSA and ECDSA, say) may be given: GnuTLS chooses what the client can verify.
  init(_ certificates: [ServerCertificate]) throws(ServerError) {
    stapledChain = try Self.stapledChain(of: certificates)
    var handle: gnutls_certificate_credentials_t?
    try check("allocating credentials", unsafe gnutls_certificate_allocate_credentials(&handle))
    guard let handle = unsafe handle else { throw ServerError("allocating credentials", code: GNUTLS_E_MEMORY_ERROR) }
    unsafe self.handle = handle
    if stapledChain == nil {
      for certificate in certificates { try unsafe CertifiedKey(certificate).move(into: handle) }
    } else {
      unsafe StapledChain.serve(by: handle)
    }
  }

  deinit { unsafe gnutls_certificate_free_credentials(handle) }

  private static func stapledChain(of certificates: [ServerCertificate]) throws(ServerError) -> StapledChain? {
    guard certificates.contains(where: { !$0.stapledResponses.allSatisfy(\.isEmpty) }) else { return nil }
    guard let only = certificates.first, certificates.count == 1 else {
      throw ServerError("stapling with several certificates", code: GNUTLS_E_INVALID_REQUEST)
    }
    return try StapledChain(only)
  }
}
