internal import CScriptableTLSServer

extension Conversation {
  /// Notes what the handshake has settled.
  func noteParameters() {
    seen.state = .handshaken
    seen.isResumed = unsafe gnutls_session_is_resumed(session) != 0
    seen.version = unsafe text(gnutls_protocol_get_name(gnutls_protocol_get_version(session)))
    seen.cipherSuite = unsafe text(cscriptable_cipher_suite(session))
    seen.group = unsafe text(gnutls_group_get_name(gnutls_group_get(session)))
    let flags = unsafe gnutls_session_get_flags(session)
    seen.usesExtendedMasterSecret = flags & GNUTLS_SFLAGS_EXT_MASTER_SECRET.rawValue != 0
    var id = unsafe gnutls_datum_t()
    // Borrowed: it lives in the session.
    if unsafe gnutls_session_get_id2(session, &id) == 0 { seen.sessionID = unsafe [UInt8](copying: id) }
    var selected = unsafe gnutls_datum_t()
    if unsafe gnutls_alpn_get_selected_protocol(session, &selected) == 0 {
      seen.alpn = unsafe String(decoding: [UInt8](copying: selected), as: UTF8.self)
    }
    var count: UInt32 = 0
    if let chain = unsafe gnutls_certificate_get_peers(session, &count), count > 0 {
      seen.clientCertificate = unsafe [UInt8](copying: chain.pointee)
    }
  }

  /// Copies a borrowed, static C string.
  private func text(_ string: UnsafePointer<CChar>?) -> String? { unsafe string.map { unsafe String(cString: $0) } }
}
