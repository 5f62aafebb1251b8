/// What one connection of a probe has shown.
package struct ProbedConnection {
  /// More of one connection aren't needed.
  static let mostTickets = 4

  /// A ticket as the server announced it.
  package struct Ticket: Hashable, Sendable {
    /// Seconds.
    package let lifetime: UInt32
    /// Bytes.
    package let size: Int
    /// Bytes of early data that the server takes with it (`max_early_data_size`, RFC 8446, section 4.2.10); 0 if none.
    package let earlyDataLimit: UInt32
    /// When it came, in milliseconds since the handshake's end; 0 for one that came within. Nil if it came after the probe's
    /// goodbye: the server may have held it back for its own next message (BoringSSL does).
    package let milliseconds: Double?
  }

  /// GnuTLS's name, for example `TLS1.3`.
  package let protocolName: String
  package let cipherSuite: String
  /// GnuTLS's name; nil where no group took part.
  package let group: String?
  /// The groups that the server says it would have liked (`supported_groups` in EncryptedExtensions, RFC 8446, section
  /// 4.2.7), by their numbers.
  package let announcedGroups: [UInt16]
  package let applicationProtocol: String?
  package let hasHelloRetryRequest: Bool
  package let isResumed: Bool
  /// What was to be offered has been: GnuTLS leaves a ticket out for reasons of its own.
  package let wasOffered: Bool
  package let hasExtendedMasterSecret: Bool
  /// The server gave a session id (RFC 5246, section 7.4.1.3). Under TLS 1.3 it means nothing.
  package let hasSessionID: Bool
  /// How many tickets the server has said that it will send (RFC 9149); nil if it has said nothing.
  package let announcedCount: Int?
  /// How many tickets came.
  package let ticketCount: Int
  /// Those that came, at most ``ProbeWatch/mostTickets``.
  package let announcedTickets: [Ticket]
  /// The newest that may be offered.
  package let tickets: [ProbeTicket]
  package let connectMilliseconds: Double
  package let handshakeMilliseconds: Double
}
