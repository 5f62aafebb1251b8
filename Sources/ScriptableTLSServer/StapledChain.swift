internal import CScriptableTLSServer

/// Owns a certificate chain with an OCSP response for each of its certificates.
///
/// GnuTLS's own place for responses, `gnutls_certificate_set_ocsp_status_request_mem`, refuses those that say revoked
/// or are out of date, and its response function has only the leaf's.
@safe final class StapledChain {
  private let certifiedKey: CertifiedKey
  /// As many as there are certificates. Each has its bytes after it was given some.
  private let responses: UnsafeMutableBufferPointer<gnutls_ocsp_data_st>

  init(_ certificate: ServerCertificate) throws(ServerError) {
    certifiedKey = try CertifiedKey(certificate)
    unsafe responses = .allocate(capacity: certifiedKey.count)
    unsafe responses.initialize(repeating: gnutls_ocsp_data_st())
    for (index, bytes) in certificate.stapledResponses.prefix(certifiedKey.count).enumerated() where !bytes.isEmpty {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = unsafe copy.initialize(from: bytes)
      unsafe responses[index].response = gnutls_datum_t(data: copy.baseAddress, size: UInt32(bytes.count))
    }
  }

  deinit {
    for index in unsafe responses.indices { unsafe responses[index].response.data?.deallocate() }
    unsafe responses.deallocate()
  }

  /// Serves this chain to every session of the credentials, all of which must be a ``Conversation``'s.
  static func serve(by credentials: gnutls_certificate_credentials_t) {
    unsafe gnutls_certificate_set_retrieve_function3(credentials) {
      session, _, certificates, count, responses, responseCount, key, _ in
      let conversation = unsafe Conversation.borrowed(gnutls_session_get_ptr(session))
      guard let chain = conversation.context.credentials.stapledChain else { return GNUTLS_E_INSUFFICIENT_CREDENTIALS }
      // All borrowed: without GNUTLS_CERT_RETR_DEINIT_ALL GnuTLS frees nothing of it.
      unsafe certificates?.pointee = chain.certifiedKey.certificates
      unsafe count?.pointee = UInt32(chain.certifiedKey.count)
      unsafe responses?.pointee = chain.responses.baseAddress
      unsafe responseCount?.pointee = UInt32(chain.responses.count)
      unsafe key?.pointee = chain.certifiedKey.key
      return 0
    }
  }
}
