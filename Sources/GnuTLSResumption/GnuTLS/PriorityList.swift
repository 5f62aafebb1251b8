internal import CGnuTLS

/// What a priority string allows: a `gnutls_priority_t`, owned, which sessions may share.
@safe
package final class PriorityList: @unchecked Sendable {
  // Immutable after init: that is why it may be shared between threads.
  private let cache: gnutls_priority_t

  /// Reads a priority string; nil for GnuTLS's default.
  /// - Parameter isAppended: The string stands behind GnuTLS's default.
  /// - Throws: Also if there is a NUL in it, behind which GnuTLS wouldn't read.
  package init(_ string: String?, isAppended: Bool = false) throws(GnuTLSError) {
    guard string?.utf8.contains(0) != true else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    var cache: gnutls_priority_t?
    let flags = isAppended ? UInt32(GNUTLS_PRIORITY_INIT_DEF_APPEND) : 0
    try GnuTLSError.check(unsafe withOptionalCString(string) { unsafe gnutls_priority_init2(&cache, $0, nil, flags) })
    guard let cache = unsafe cache else { throw GnuTLSError(GNUTLS_E_MEMORY_ERROR) }
    unsafe self.cache = unsafe cache
  }

  /// Reads what a connection's identity says.
  convenience init(_ identity: ConnectionIdentity) throws(GnuTLSError) {
    try self.init(identity.priority, isAppended: identity.isPriorityAppended)
  }

  deinit { unsafe gnutls_priority_deinit(cache) }

  func set(on session: SessionHandle) throws(GnuTLSError) {
    // GnuTLS counts its references itself.
    try GnuTLSError.check(unsafe gnutls_priority_set(session.pointer, cache))
  }

  /// Whether a priority string says that tickets are neither taken nor sent. GnuTLS has no getter for it.
  package static func forbidsTickets(_ string: String?) -> Bool {
    guard let string else { return false }
    for word in string.utf8.split(separator: UInt8(ascii: ":")) where word.elementsEqual("%NO_TICKETS".utf8) {
      return true
    }
    return false
  }

  func allows(cipher: UInt32) -> Bool {
    ciphers.contains(cipher)
  }

  func allows(protocolVersion: UInt32) -> Bool {
    protocols.contains(protocolVersion)
  }

  /// Nil if there is a group that GnuTLS has no name for, by which one could ask for it.
  var groupOrder: GroupOrder? {
    var names: [String] = []
    for group in groups {
      guard let name = unsafe gnutls_group_get_name(gnutls_group_t(rawValue: group)) else { return nil }
      names.append(unsafe String(cString: name))
    }
    let firstField = keyExchanges.firstIndex { Self.withFields.contains($0) } ?? .max
    let firstCurve = keyExchanges.firstIndex { Self.withCurves.contains($0) } ?? .max
    return GroupOrder(names: names, curvesComeFirst: firstCurve < firstField)
  }

  /// Whether it says the same as another, but for key exchanges by keys that both sides have before.
  func allowsTheSame(as other: PriorityList) -> Bool {
    protocols == other.protocols && ciphers == other.ciphers && macs == other.macs && groups == other.groups
      && signatures == other.signatures
      && keyExchanges.filter { $0 != GNUTLS_KX_ECDHE_PSK.rawValue }
        == other.keyExchanges.filter { $0 != GNUTLS_KX_ECDHE_PSK.rawValue }
  }

  private static let withFields = [GNUTLS_KX_DHE_RSA, GNUTLS_KX_DHE_DSS, GNUTLS_KX_DHE_PSK, GNUTLS_KX_ANON_DH]
    .map { $0.rawValue }
  private static let withCurves = [
    GNUTLS_KX_ECDHE_RSA, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_KX_ECDHE_PSK, GNUTLS_KX_ANON_ECDH,
  ].map { $0.rawValue }

  private var protocols: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_protocol_list(cache, list) } }
  private var ciphers: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_cipher_list(cache, list) } }
  private var macs: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_mac_list(cache, list) } }
  private var groups: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_group_list(cache, list) } }
  private var signatures: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_sign_list(cache, list) } }
  private var keyExchanges: [UInt32] { unsafe list { cache, list in unsafe gnutls_priority_kx_list(cache, list) } }

  /// Peers can authenticate by X.509 certificates and in no other way.
  package var allowsX509Only: Bool {
    let ofClient = unsafe list { cache, list in
      unsafe gnutls_priority_certificate_type_list2(cache, list, GNUTLS_CTYPE_CLIENT)
    }
    let ofServer = unsafe list { cache, list in
      unsafe gnutls_priority_certificate_type_list2(cache, list, GNUTLS_CTYPE_SERVER)
    }
    return keyExchanges.allSatisfy { !Self.withoutCertificates.contains($0) }
      && (ofClient + ofServer).allSatisfy { $0 == GNUTLS_CRT_X509.rawValue }
  }

  private static let withoutCertificates = [
    GNUTLS_KX_PSK, GNUTLS_KX_DHE_PSK, GNUTLS_KX_ECDHE_PSK, GNUTLS_KX_RSA_PSK, GNUTLS_KX_SRP, GNUTLS_KX_SRP_RSA,
    GNUTLS_KX_SRP_DSS, GNUTLS_KX_ANON_DH, GNUTLS_KX_ANON_ECDH,
  ].map { $0.rawValue }

  private func list(
    _ read: (gnutls_priority_t, UnsafeMutablePointer<UnsafePointer<UInt32>?>) -> Int32
  ) -> [UInt32] {
    // Borrowed: the numbers live in the cache.
    var numbers: UnsafePointer<UInt32>?
    let count = unsafe read(cache, &numbers)
    guard count > 0 else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: numbers, count: Int(count)))
  }
}
