internal import CGnuTLS

/// What a configuration says, put into a session that the engine has made.
extension SessionHandle {
  /// Sets the server name for SNI, if it is one that has a place there.
  func setServerName(_ given: String) throws(GnuTLSError) {
    let name = ServerName(given)
    guard !name.isCut else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    guard let name = name.forSNI else { return }
    try GnuTLSError.check(
      unsafe name.withCString { unsafe gnutls_server_name_set(pointer, GNUTLS_NAME_DNS, $0, name.utf8.count) })
  }

  /// Offers a configuration's protocols by ALPN.
  func offerApplicationProtocols(_ names: [String]) throws(GnuTLSError) {
    guard !names.isEmpty else { return }
    // GnuTLS would send an empty one, which RFC 7301 forbids (section 3.1): the server would break the handshake off.
    guard names.allSatisfy({ !$0.isEmpty }) else { throw GnuTLSError(GNUTLS_E_INVALID_REQUEST) }
    try setApplicationProtocols(names)
  }

  /// Has the peer verified inside a full handshake, before the client shows its own certificate.
  func verifyInHandshake() {
    unsafe gnutls_session_set_verify_output_function(pointer, PathWatch.function)
    unsafe gnutls_session_set_verify_function(pointer) { session in
      guard let session = unsafe session,
        let context = unsafe SessionRegistry.context(of: SessionHandle(session)),
        let verifier = context.setup.verifier
      else { return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR }
      do throws(VerificationFailure) {
        context.verified(
          .success(try verifier.verify(context.session, now: context.setup.now, isWatched: true)))
        return 0
      } catch {
        context.verified(.failure(error))
        return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR
      }
    }
  }
}

extension TLSConfiguration {
  /// The priorities for a session with a server. The caller's own string always stands as it is.
  func priorities(of server: ServerNotes) throws(GnuTLSError) -> (PriorityList, sharesOneKey: Bool) {
    if let priority { return (try PriorityCache.priorities(priority), false) }
    let choice = try DefaultPriorities.choice(leadingWith: rememberedGroup(server))
    return (choice.list, choice.sharesOneKey)
  }

  /// The group that the server chooses: to lead with it saves a round trip, and the other key shares.
  private func rememberedGroup(_ server: ServerNotes) -> String? {
    guard partition.isEmpty, resumption != nil else { return nil }
    return server.rememberedGroup
  }
}
