internal import CGnuTLS

/// The flags of `gnutls_init`.
enum SessionFlags {
  static let server = UInt32(GNUTLS_SERVER as Int32)
  static let datagram = UInt32(GNUTLS_DATAGRAM as Int32)
  static let noTickets = UInt32(GNUTLS_NO_TICKETS as Int32)
  static let rawPublicKeys = UInt32(GNUTLS_ENABLE_RAWPK.rawValue)
  static let earlyData = UInt32(GNUTLS_ENABLE_EARLY_DATA.rawValue)

  /// What may change which server is acceptable, or what it is asked and shown: a session's tickets are for those that do the
  /// same. All but what certainly doesn't.
  static func ofIdentity(_ flags: UInt32) -> UInt32 { flags & ~withoutEffect }

  private static let withoutEffect =
    noTickets | UInt32(GNUTLS_CLIENT | GNUTLS_NONBLOCK) | GNUTLS_NO_SIGNAL.rawValue
    | GNUTLS_ENABLE_FALSE_START.rawValue | GNUTLS_KEY_SHARE_TOP.rawValue | GNUTLS_KEY_SHARE_TOP2.rawValue
    | GNUTLS_KEY_SHARE_TOP3.rawValue

  /// GnuTLS shows a certificate after the handshake by itself, if the server asks for one.
  static func authenticatesByItself(_ flags: UInt32) -> Bool {
    let both = GNUTLS_POST_HANDSHAKE_AUTH.rawValue | GNUTLS_AUTO_REAUTH.rawValue
    return flags & both == both
  }

  /// A client's, over a stream.
  static func isOurs(_ flags: UInt32) -> Bool { flags & (server | datagram) == 0 }

  /// Programs that never had a use for tickets forbid them: libcurl does.
  static func changed(_ flags: UInt32) -> UInt32 {
    isOurs(flags) && !Settings.respectsNoTickets ? flags & ~noTickets : flags
  }
}
