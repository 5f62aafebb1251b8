import GnuTLSResumption

/// TLS 1.2 or older.
package struct TLS12Findings: Sendable {
  package enum Sessions: String, Sendable {
    case resumed
    /// They are given, and not taken back.
    case declined
    /// They are given, but without extended master secret nothing may be resumed (RFC 7627, section 5.3).
    case withoutExtendedMasterSecret
    case notGiven
  }

  package let cipherSuite: String
  package let group: String?
  package let hasExtendedMasterSecret: Bool
  /// Session tickets (RFC 5077); nil if it couldn't be tried.
  package var tickets: Sessions?
  /// Session ids (RFC 5246), of connections without tickets.
  package var sessionIDs: Sessions?
  /// The ticket's hint, in seconds; 0 says nothing.
  package var lifetime: UInt32?
  /// Bytes.
  package var size: Int?
  package var offers = Offers()

  init(_ first: ProbedConnection) {
    cipherSuite = first.cipherSuite
    group = first.group
    hasExtendedMasterSecret = first.hasExtendedMasterSecret
    lifetime = first.announcedTickets.first?.lifetime
    size = first.announcedTickets.first?.size
  }
}
