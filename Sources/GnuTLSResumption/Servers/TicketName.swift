internal import CGnuTLS
internal import SessionTickets

/// The 16 bytes that a ticket of GnuTLS begins with: the name of the key that sealed it. In the clear, for all to see.
struct TicketName: Hashable, Sendable {
  static let byteCount = 16

  private let value: RecordID

  /// The name at the beginning of a ticket; nil if that is too short.
  init?(ofTicket ticket: ArraySlice<UInt8>) {
    guard let value = RecordID(ticket.prefix(Self.byteCount)) else { return nil }
    self.value = value
  }

  /// The name of what GnuTLS makes of a ticket key in a period: the beginning of SHA3-512 over the period's number and the
  /// key (`lib/stek.c`). Nil if GnuTLS has no such digest.
  init?(of key: UnsafeMutableBufferPointer<UInt8>, period: UInt64) {
    let value = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8 + key.count) { message -> RecordID? in
      defer { unsafe gnutls_memset(message.baseAddress, 0, message.count) }
      for index in 0..<8 { unsafe message[index] = UInt8(truncatingIfNeeded: period >> UInt64(56 - 8 * index)) }
      for index in 0..<key.count { unsafe message[8 + index] = unsafe key[index] }
      // 64 bytes: the rest of them are the keys.
      return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { digest in
        defer { unsafe gnutls_memset(digest.baseAddress, 0, digest.count) }
        let code = unsafe gnutls_hash_fast(
          GNUTLS_DIG_SHA3_512, message.baseAddress, message.count, digest.baseAddress)
        return code == 0 ? unsafe RecordID(digest.prefix(Self.byteCount)) : nil
      }
    }
    guard let value else { return nil }
    self.value = value
  }
}

/// The names of all tickets that may live in one context, and the keys that open them.
struct TicketNames: Sendable {
  /// Which keys they are of, and which period.
  let version: UInt64
  let period: UInt64
  private var keys: [TicketName: SlotKey] = [:]

  init(of keys: [SlotKey], version: UInt64, context: HostContext, period: UInt64) {
    self.version = version
    self.period = period
    for key in keys {
      let names = unsafe key.withDerived(for: context) { derived in
        // GnuTLS accepts tickets of its previous period too.
        unsafe [TicketName(of: derived, period: period), TicketName(of: derived, period: max(period, 1) - 1)]
      }
      for case .some(let name) in names ?? [] { self.keys[name] = key }
    }
  }

  /// The key of the first ticket that one of them opens.
  func key(of tickets: [TicketName]) -> SlotKey? {
    for ticket in tickets {
      if let key = keys[ticket] { return key }
    }
    return nil
  }
}
