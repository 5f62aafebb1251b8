/// Why a handshake was a full one.
public struct FullHandshakeReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Resumption was switched off for this connection, by the caller or by `%NO_TICKETS` in its priorities.
  public static let disabled = FullHandshakeReason(rawValue: "disabled")
  /// The handshake with a ticket, or a connection opened by TCP Fast Open, failed, and was made again without either.
  public static let retried = FullHandshakeReason(rawValue: "retried")
  /// A ticket was offered, and the server didn't accept it.
  public static let declined = FullHandshakeReason(rawValue: "declined")
  /// A ticket was offered, and the handshake hasn't ended, or has failed.
  public static let unfinished = FullHandshakeReason(rawValue: "unfinished")
  /// The master key or the store could not be opened, read or written.
  public static let storeUnavailable = FullHandshakeReason(rawValue: "storeUnavailable")
  /// A ticket was, or may be, there, but offering it could have broken the connection, or is likely to be in vain, as it is
  /// another machine's; or GnuTLS has left it out of its ClientHello.
  public static let withheld = FullHandshakeReason(rawValue: "withheld")
  /// What was stored is damaged, or of another GnuTLS.
  public static let damaged = FullHandshakeReason(rawValue: "damaged")
  /// The stored peer is not trusted any more.
  public static let trustChanged = FullHandshakeReason(rawValue: "trustChanged")
  /// What was stored is past its lifetime, or from a time that is yet to come.
  public static let expired = FullHandshakeReason(rawValue: "expired")
  /// Tickets of this server are there, but of connections that were set up differently.
  public static let policyChanged = FullHandshakeReason(rawValue: "policyChanged")
  /// There was no ticket.
  public static let noTicket = FullHandshakeReason(rawValue: "noTicket")
}

extension FullHandshakeReason: CustomStringConvertible {
  public var description: String { rawValue }
}
