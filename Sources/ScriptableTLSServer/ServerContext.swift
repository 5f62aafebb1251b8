internal import CScriptableTLSServer

/// What a connection is served with: a snapshot, so that changes concern later connections only.
struct ServerContext: Sendable {
  var script: ServerScript
  var credentials: ServerCredentials
  var ticketKey: TicketKey
  let provider: TicketProvider?
  let sessions: SessionCache
  let replayProtection: ReplayProtection
  let noReplayProtection: ReplayProtection

  /// Makes a server session that is ready for its transport. The caller owns it; the context must outlive it.
  func makeSession() throws(ServerError) -> gnutls_session_t {
    var flags = UInt32(GNUTLS_SERVER as Int32) | UInt32(GNUTLS_NO_SIGNAL as Int32)
    flags |= GNUTLS_NO_AUTO_SEND_TICKET.rawValue
    if script.authenticatesLater { flags |= GNUTLS_POST_HANDSHAKE_AUTH.rawValue }
    if script.maxEarlyData > 0 { flags |= GNUTLS_ENABLE_EARLY_DATA.rawValue }
    var session: gnutls_session_t?
    try check("making a session", unsafe gnutls_init(&session, flags))
    guard let session = unsafe session else { throw ServerError("making a session", code: GNUTLS_E_MEMORY_ERROR) }
    do {
      try unsafe configure(session)
    } catch {
      unsafe gnutls_deinit(session)
      throw error
    }
    return unsafe session
  }

  /// Finds mistakes in a script before a client does.
  func validate() throws(ServerError) { unsafe gnutls_deinit(try makeSession()) }

  private func configure(_ session: gnutls_session_t) throws(ServerError) {
    try check("priorities", unsafe gnutls_priority_set_direct(session, script.priorityString, nil))
    let code = unsafe gnutls_credentials_set(
      session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials.handle))
    try check("credentials", code)
    switch script.clientCertificate {
    case .ignored: break
    case .requested: unsafe gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST)
    case .required: unsafe gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE)
    }
    // A lifetime of 0 would be a division by zero in GnuTLS's key rotation (lib/stek.c, T()).
    unsafe gnutls_db_set_cache_expiration(session, Int32(clamping: max(1, script.tickets.lifetime)))
    if let provider {
      try check("shared tickets", unsafe provider.prepare(session))
    } else if script.usesTicketKey {
      let code = unsafe ticketKey.bytes.withDatum { unsafe gnutls_session_ticket_enable_server(session, $0) }
      try check("ticket key", code)
    }
    if provider == nil, script.versions != .tls13, script.tls12Resumption == .sessionIDs {
      unsafe sessions.attach(to: session)
    }
    if script.maxEarlyData > 0 {
      let code = unsafe gnutls_record_set_max_early_data_size(session, Int(script.maxEarlyData))
      try check("early data", code)
      // GnuTLS refuses all early data on a session without replay protection (lib/ext/pre_shared_key.c).
      switch script.earlyData {
      case .accepted: unsafe replayProtection.attach(to: session)
      case .acceptedWithReplays: unsafe noReplayProtection.attach(to: session)
      case .refused: break
      }
    }
    try unsafe check("ALPN", setALPN(session))
  }

  private func setALPN(_ session: gnutls_session_t) -> Int32 {
    if script.alpn.isEmpty { return 0 }
    // One block of memory holds all names; GnuTLS copies them.
    var block = script.alpn.flatMap { Array($0.utf8) }
    return unsafe block.withUnsafeMutableBufferPointer { buffer in
      var offset = 0
      let names = unsafe script.alpn.map { name in
        defer { offset += name.utf8.count }
        return unsafe gnutls_datum_t(data: buffer.baseAddress.map { unsafe $0 + offset }, size: UInt32(name.utf8.count))
      }
      return unsafe gnutls_alpn_set_protocols(session, names, UInt32(names.count), 0)
    }
  }
}
