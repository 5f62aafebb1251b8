internal import CGnuTLS
internal import SessionTicketsLocking

/// The program's client sessions, by address.
enum ForeignSessions {
  /// A table of lists: to set up a dictionary takes a short-lived process longer than all its look-ups.
  private static let tables = Lock([[ForeignSession]](repeating: [], count: 64))

  /// Makes the tables.
  static func prepare() { _ = unsafe find(nil) }

  static func add(_ session: ForeignSession) {
    let index = index(of: session.address)
    tables.withLock { tables in
      tables[index].removeAll { $0.address == session.address }
      tables[index].append(session)
    }
  }

  static func find(_ session: gnutls_session_t?) -> ForeignSession? {
    let address = UInt(bitPattern: session)
    let index = index(of: address)
    return tables.withLock { tables in tables[index].first { $0.address == address } }
  }

  static func remove(_ session: gnutls_session_t?) -> ForeignSession? {
    let address = UInt(bitPattern: session)
    let index = index(of: address)
    return tables.withLock { tables in
      guard let place = tables[index].firstIndex(where: { $0.address == address }) else { return nil }
      return tables[index].remove(at: place)
    }
  }

  /// Sessions are some kilobytes apart.
  private static func index(of address: UInt) -> Int { Int((address >> 12 ^ address >> 4) & 63) }
}
