internal import CGnuTLS
internal import SessionTickets

/// A TLS 1.3 ticket within GnuTLS's session data (`gnutls_session_get_data2`): what tells it from all others, whoever has
/// packed it, and when it ends.
struct PackedTicket: Hashable {
  let digest: Digest
  /// Seconds since 1970.
  let expiry: Int64

  /// Reads session data as GnuTLS does, field by field: what it doesn't look at, such as bytes behind the last field, makes no
  /// difference here either. Nil if they hold no TLS 1.3 ticket, or are none that GnuTLS would take.
  init?(_ sessionData: [UInt8]) {
    var reader = ByteReader(sessionData[...])
    // A magic number, the times of the session's making and ending, and the credentials' kind.
    guard reader.bytes(12) != nil, let kind = reader.integer(UInt8.self),
      reader.skipAuthentication(kind: UInt32(kind)), reader.skipParametersOfTLS13(),
      // The length of what is known of the ticket: 0 if none has come.
      let length = reader.integer(UInt32.self), length > 0,
      let lifetime = reader.integer(UInt32.self),
      reader.integer(UInt32.self) != nil,  // ticket_age_add
      reader.field(UInt8.self) != nil,  // ticket_nonce
      let ticket = reader.field(UInt32.self), !ticket.isEmpty,
      reader.field(UInt8.self) != nil,  // resumption_master_secret
      let arrival = reader.integer(UInt64.self), reader.integer(UInt32.self) != nil,
      let digest = SHA256.digest(Array(ticket))
    else { return nil }
    self.digest = digest
    expiry = Int64(clamping: arrival).addingClamped(Int64(lifetime))
  }
}

extension ByteReader {
  /// What is known of who has authenticated, and how.
  fileprivate mutating func skipAuthentication(kind: UInt32) -> Bool {
    guard let length = integer(UInt32.self) else { return false }
    switch gnutls_credentials_type_t(rawValue: kind) {
    case GNUTLS_CRD_CERTIFICATE: return length == 0 || (skipDiffieHellman() && skipList() && skipList())
    case GNUTLS_CRD_PSK: return field(UInt32.self) != nil && field(UInt32.self) != nil && skipDiffieHellman()
    default: return false
    }
  }

  /// The secret's bits, prime, generator and public key.
  private mutating func skipDiffieHellman() -> Bool {
    guard integer(UInt32.self) != nil else { return false }
    for _ in 0..<3 where field(UInt32.self) == nil { return false }
    return true
  }

  /// Certificates, or responses of OCSP.
  private mutating func skipList() -> Bool {
    guard let count = integer(UInt32.self) else { return false }
    for _ in 0..<count where field(UInt32.self) == nil { return false }
    return true
  }

  /// Length, entity, PRF and both sides' authentication; session id, version, both certificates' types, cipher suite.
  fileprivate mutating func skipParametersOfTLS13() -> Bool {
    guard bytes(20) != nil, field(UInt8.self) != nil, integer(UInt32.self) == GNUTLS_TLS1_3.rawValue else {
      return false
    }
    return bytes(10) != nil
  }
}
