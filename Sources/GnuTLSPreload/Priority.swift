internal import CGnuTLS

/// A session's priorities, as the program has given them.
enum Priority: Sendable, Equatable {
  case standard
  case string(String)
  /// Appended to GnuTLS's default.
  case appended(String)
  /// Given before the engine was there, or in bytes that are no text.
  case unknown

  init(_ string: UnsafePointer<CChar>?, isAppended: Bool) {
    guard let string = unsafe string else {
      self = .standard
      return
    }
    guard let text = unsafe String(validatingCString: string) else {
      self = .unknown
      return
    }
    self = isAppended ? .appended(text) : .string(text)
  }

  /// Peers can authenticate by X.509 certificates and in no other way.
  var allowsX509Only: Bool {
    var cache: gnutls_priority_t?
    let code =
      switch self {
      case .standard: unsafe gnutls_priority_init(&cache, nil, nil)
      case .string(let text): unsafe gnutls_priority_init(&cache, text, nil)
      case .appended(let text):
        unsafe gnutls_priority_init2(&cache, text, nil, UInt32(GNUTLS_PRIORITY_INIT_DEF_APPEND))
      case .unknown: GNUTLS_E_INVALID_REQUEST
      }
    guard code >= 0 else { return false }
    defer { unsafe gnutls_priority_deinit(cache) }
    let keyExchanges = unsafe Self.numbers { unsafe gnutls_priority_kx_list(cache, $0) }
    let ofClient = unsafe Self.numbers {
      unsafe gnutls_priority_certificate_type_list2(cache, $0, GNUTLS_CTYPE_CLIENT)
    }
    let ofServer = unsafe Self.numbers {
      unsafe gnutls_priority_certificate_type_list2(cache, $0, GNUTLS_CTYPE_SERVER)
    }
    return keyExchanges.allSatisfy { !Self.otherKeyExchanges.contains($0) }
      && (ofClient + ofServer).allSatisfy { $0 == GNUTLS_CRT_X509.rawValue }
  }

  private static let otherKeyExchanges = [
    GNUTLS_KX_PSK, GNUTLS_KX_DHE_PSK, GNUTLS_KX_ECDHE_PSK, GNUTLS_KX_RSA_PSK, GNUTLS_KX_SRP, GNUTLS_KX_SRP_RSA,
    GNUTLS_KX_SRP_DSS, GNUTLS_KX_ANON_DH, GNUTLS_KX_ANON_ECDH,
  ].map(\.rawValue)

  private static func numbers(_ read: (UnsafeMutablePointer<UnsafePointer<UInt32>?>) -> Int32) -> [UInt32] {
    // Borrowed: the numbers live in the cache.
    var list: UnsafePointer<UInt32>?
    let count = unsafe read(&list)
    return unsafe Array(UnsafeBufferPointer(start: list, count: max(0, Int(count))))
  }
}
