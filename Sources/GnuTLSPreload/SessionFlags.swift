internal import CGnuTLS

/// The flags of `gnutls_init`.
enum SessionFlags {
  static let server = UInt32(GNUTLS_SERVER as Int32)
  static let datagram = UInt32(GNUTLS_DATAGRAM as Int32)
  static let noTickets = UInt32(GNUTLS_NO_TICKETS as Int32)
  static let rawPublicKeys = UInt32(GNUTLS_ENABLE_RAWPK.rawValue)
  static let earlyData = UInt32(GNUTLS_ENABLE_EARLY_DATA.rawValue)

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
