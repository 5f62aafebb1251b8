internal import CGnuTLS
internal import SessionTickets

/// A TLS 1.3 ticket within GnuTLS's session data (`gnutls_session_get_data2`): what tells it from all others, whoever has
/// packed it, and when it ends.
struct PackedTicket: Hashable {
  let digest: Digest
  /// Seconds since 1970; a week after it came at most, whatever the server says.
  let expiry: Int64

  /// Finds the ticket in session data; nil if they hold none that is of TLS 1.3, or are none that GnuTLS would take.
  ///
  /// They are read as GnuTLS reads them, field by field: what it doesn't look at, such as bytes behind the last field, makes no
  /// difference here either. Nothing is copied, whatever their size.
  /// - Throws: If there is one, and nobody can tell which.
  static func find(in sessionData: UnsafeRawBufferPointer) throws(StoreError) -> PackedTicket? {
    var reader = unsafe PackedReader(sessionData)
    // A magic number, the times of the session's making and ending, and the credentials' kind.
    guard reader.skip(12), let kind = reader.integer(byteCount: 1),
      reader.skipAuthentication(kind: UInt32(kind)), reader.skipParametersOfTLS13(),
      // The length of what is known of the ticket: 0 if none has come.
      let length = reader.integer(byteCount: 4), length > 0,
      let lifetime = reader.integer(byteCount: 4),
      reader.skip(4),  // ticket_age_add
      reader.skipField(lengthSize: 1),  // ticket_nonce
      let ticket = unsafe reader.field(lengthSize: 4), unsafe !ticket.isEmpty,
      reader.skipField(lengthSize: 1),  // resumption_master_secret
      let arrival = reader.integer(byteCount: 8), reader.skip(4)
    else { return nil }
    guard let digest = unsafe SHA256.digest(ticket) else {
      throw StoreError(.unavailable, "a ticket can't be told from others", place: "")
    }
    // GnuTLS takes any lifetime that a server names.
    let seconds = Int64(min(UInt32(truncatingIfNeeded: lifetime), Lifetime.week))
    return PackedTicket(digest: digest, expiry: Int64(clamping: arrival).addingClamped(seconds))
  }

  static func find(in sessionData: [UInt8]) throws(StoreError) -> PackedTicket? {
    let found = unsafe sessionData.withUnsafeBytes { bytes -> Result<PackedTicket?, StoreError> in
      do throws(StoreError) {
        return .success(unsafe try find(in: bytes))
      } catch {
        return .failure(error)
      }
    }
    return try found.get()
  }
}

/// Reads fields behind their lengths, most significant byte first.
@safe
private struct PackedReader {
  private var rest: UnsafeRawBufferPointer.SubSequence

  init(_ bytes: UnsafeRawBufferPointer) { unsafe rest = unsafe bytes[...] }

  mutating func skip(_ count: UInt64) -> Bool {
    guard count <= UInt64(unsafe rest.count) else { return false }
    unsafe rest = unsafe rest.dropFirst(Int(truncatingIfNeeded: count))
    return true
  }

  mutating func integer(byteCount: UInt64) -> UInt64? {
    let bytes = unsafe rest.prefix(Int(truncatingIfNeeded: byteCount))
    guard skip(byteCount) else { return nil }
    return unsafe bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func field(lengthSize: UInt64) -> UnsafeRawBufferPointer? {
    guard let length = integer(byteCount: lengthSize) else { return nil }
    let start = unsafe rest
    guard skip(length) else { return nil }
    return unsafe UnsafeRawBufferPointer(rebasing: start.prefix(Int(truncatingIfNeeded: length)))
  }

  mutating func skipField(lengthSize: UInt64) -> Bool { integer(byteCount: lengthSize).map { skip($0) } ?? false }

  /// What is known of who has authenticated, and how.
  mutating func skipAuthentication(kind: UInt32) -> Bool {
    guard let length = integer(byteCount: 4) else { return false }
    switch gnutls_credentials_type_t(rawValue: kind) {
    case GNUTLS_CRD_CERTIFICATE: return length == 0 || (skipDiffieHellman() && skipList() && skipList())
    case GNUTLS_CRD_PSK: return skipField(lengthSize: 4) && skipField(lengthSize: 4) && skipDiffieHellman()
    default: return false
    }
  }

  /// The secret's bits, prime, generator and public key.
  private mutating func skipDiffieHellman() -> Bool {
    skip(4) && skipField(lengthSize: 4) && skipField(lengthSize: 4) && skipField(lengthSize: 4)
  }

  /// Certificates, or responses of OCSP.
  private mutating func skipList() -> Bool {
    guard let count = integer(byteCount: 4) else { return false }
    // Each takes some of what is left.
    for _ in 0..<count where !skipField(lengthSize: 4) { return false }
    return true
  }

  /// Length, entity, PRF and both sides' authentication; session id, version, both certificates' types, cipher suite.
  mutating func skipParametersOfTLS13() -> Bool {
    skip(20) && skipField(lengthSize: 1) && integer(byteCount: 4) == UInt64(GNUTLS_TLS1_3.rawValue) && skip(10)
  }
}
