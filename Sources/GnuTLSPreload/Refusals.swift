internal import CGnuTLS
internal import GnuTLSResumption

/// What `gnutls_handshake` has returned after resumptions that the program's own check refused, or hasn't decided on yet.
/// Any thread may ask, while another uses the session.
enum Refusals {
  private static let codes = AddressTable<Int32>()

  /// 0 if there is none.
  static func code(_ session: gnutls_session_t?) -> Int32 { unsafe codes.value(of: session) ?? 0 }

  /// 0 takes a refusal back.
  static func set(_ session: gnutls_session_t, _ code: Int32) {
    if code == 0 { unsafe remove(session) } else { unsafe codes.set(session, code) }
  }

  static func remove(_ session: gnutls_session_t) { unsafe codes.remove(session) }

  /// Makes the table.
  static func prepare() { _ = unsafe code(nil) }
}
