internal import CGnuTLS

/// A certificate chain and its key, as PEM bytes. The leaf comes first.
public struct ServerCertificate: Sendable {
  public let chain: [UInt8]
  public let key: [UInt8]

  public init(chain: [UInt8], key: [UInt8]) {
    self.chain = chain
    self.key = key
  }
}

/// Owns GnuTLS's certificate credentials.
///
/// `@unchecked Sendable`: nothing changes them after init, and sessions of several threads may then read them
/// (GnuTLS manual, "Thread safety").
@safe final class ServerCredentials: @unchecked Sendable {
  let handle: gnutls_certificate_credentials_t

  /// Several certificates (RSA and ECDSA, say) may be given: GnuTLS chooses what the client can verify.
  init(_ certificates: [ServerCertificate]) throws(ServerError) {
    var handle: gnutls_certificate_credentials_t?
    try check("allocating credentials", unsafe gnutls_certificate_allocate_credentials(&handle))
    guard let handle = unsafe handle else { throw ServerError("allocating credentials", code: GNUTLS_E_MEMORY_ERROR) }
    unsafe self.handle = handle
    for certificate in certificates {
      let code = unsafe certificate.chain.withDatum { chain in
        unsafe certificate.key.withDatum { key in
          unsafe gnutls_certificate_set_x509_key_mem(handle, chain, key, GNUTLS_X509_FMT_PEM)
        }
      }
      try check("loading the server's certificate", code)
    }
  }

  deinit { unsafe gnutls_certificate_free_credentials(handle) }
}
