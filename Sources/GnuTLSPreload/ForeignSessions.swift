internal import CGnuTLS
internal import GnuTLSResumption

/// The program's client sessions.
enum ForeignSessions {
  private static let sessions = AddressTable<ForeignSession>(listCount: 64)

  /// Makes the table.
  static func prepare() { _ = unsafe find(nil) }

  static func add(_ session: ForeignSession) { sessions.set(at: session.address, session) }

  static func find(_ session: gnutls_session_t?) -> ForeignSession? { sessions.value(at: UInt(bitPattern: session)) }

  static var all: [ForeignSession] { sessions.values }

  static func remove(_ session: gnutls_session_t?) -> ForeignSession? {
    sessions.change(at: UInt(bitPattern: session)) { known in
      defer { known = nil }
      return known
    }
  }
}
