/// What one connection of a probe is to do.
package struct ProbeRequest {
  package enum Versions: Sendable {
    /// Those that the configuration allows.
    case configured
    case tls12
  }

  /// In text: the only one that is connected to.
  package var address: String
  package var versions = Versions.configured
  /// TLS 1.2 without session tickets (RFC 5077), so that the server gives a session id if it has any.
  package var isWithoutTickets = false
  package var offer: ProbeTicket?
  /// The ticket has been offered before, and whether it is taken again is what is to be found out.
  package var isSecondUse = false
  /// How many tickets are asked for (RFC 9149); nil: it isn't asked.
  package var ticketCount: UInt8?
  /// What is written after the handshake.
  package var message: [UInt8] = []
  /// How long the first ticket is waited for, in milliseconds, besides a round trip.
  package var patienceMilliseconds = 1_000.0
  /// How long connecting and the handshake may take together, in milliseconds.
  package var timeoutMilliseconds: Double

  package init(address: String, timeoutMilliseconds: Double) {
    self.address = address
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}
