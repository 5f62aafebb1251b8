internal import CScriptableTLSServer

/// What makes a certificate an authority's or a leaf.
extension CertificateBuilder {
  func makeAuthority(_ options: AuthorityOptions) throws(ServerError) {
    let pathLength = Int32(clamping: options.pathLength ?? -1)
    try check("constraints", unsafe gnutls_x509_crt_set_basic_constraints(handle, 1, pathLength))
    let usage = UInt32(GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)
    try check("key usage", unsafe gnutls_x509_crt_set_key_usage(handle, usage))
    if !options.permittedDNSNames.isEmpty { try permitOnly(options.permittedDNSNames) }
  }

  private func permitOnly(_ dnsNames: [String]) throws(ServerError) {
    var constraints: gnutls_x509_name_constraints_t?
    try check("name constraints", unsafe gnutls_x509_name_constraints_init(&constraints))
    defer { unsafe gnutls_x509_name_constraints_deinit(constraints) }
    for name in dnsNames {
      let code = unsafe Array(name.utf8).withDatum {
        unsafe gnutls_x509_name_constraints_add_permitted(constraints, GNUTLS_SAN_DNSNAME, $0)
      }
      try check("name constraints", code)
    }
    try check("name constraints", unsafe gnutls_x509_crt_set_name_constraints(handle, constraints, 1))
  }

  func makeLeaf(_ options: CertificateOptions) throws(ServerError) {
    try check("constraints", unsafe gnutls_x509_crt_set_basic_constraints(handle, 0, -1))
    var usage = GNUTLS_KEY_DIGITAL_SIGNATURE
    if options.keyType.isRSA { usage |= GNUTLS_KEY_KEY_ENCIPHERMENT }
    try check("key usage", unsafe gnutls_x509_crt_set_key_usage(handle, UInt32(usage)))
    let purpose =
      switch options.purpose {
      case .tlsServer: GNUTLS_KP_TLS_WWW_SERVER
      case .tlsClient: GNUTLS_KP_TLS_WWW_CLIENT
      case .codeSigning: GNUTLS_KP_CODE_SIGNING
      case .ocspSigning: GNUTLS_KP_OCSP_SIGNING
      }
    try check("purpose", unsafe gnutls_x509_crt_set_key_purpose_oid(handle, purpose, 0))
    for name in options.dnsNames { try add(Array(name.utf8), as: GNUTLS_SAN_DNSNAME) }
    for address in options.ipAddresses { try add(address.bytes, as: GNUTLS_SAN_IPADDRESS) }
    if options.mustStaple { try demandStaple() }
  }

  private func add(_ name: [UInt8], as type: gnutls_x509_subject_alt_name_t) throws(ServerError) {
    let code = unsafe gnutls_x509_crt_set_subject_alt_name(
      handle, type, name, UInt32(name.count), UInt32(GNUTLS_FSAN_APPEND))
    try check("alternative name", code)
  }

  /// The certificate's TLS features are the TLS extension status_request alone, number 5 (RFC 7633 §4.1).
  private func demandStaple() throws(ServerError) {
    var features: gnutls_x509_tlsfeatures_t?
    try check("TLS features", unsafe gnutls_x509_tlsfeatures_init(&features))
    defer { unsafe gnutls_x509_tlsfeatures_deinit(features) }
    try check("TLS features", unsafe gnutls_x509_tlsfeatures_add(features, 5))
    try check("TLS features", unsafe gnutls_x509_crt_set_tlsfeatures(handle, features))
  }
}
