package import GnuTLSResumption

/// What a server does, as far as ten connections have shown it.
package struct ProbeFindings: Sendable {
  package let server: ServerIdentity
  /// Where it was found, and asked everything.
  package var home: String
  /// How many addresses its name has, or those that were given in their place.
  package var addressCount = 0
  /// How many connections were made or tried.
  package var connections = 0
  /// GnuTLS's names, the newest first.
  package var versions: [String] = []
  package var applicationProtocol: String?
  package var tls13: TLS13Findings?
  /// Of TLS 1.2, or of an older version where that is the newest.
  package var tls12: TLS12Findings?
  /// The name's other addresses, as far as they were tried.
  package var others: [OtherAddress] = []
  /// Of handshakes in the newest version, in milliseconds, without the first, in which trust is loaded.
  package var full: Spread?
  package var resumed: Spread?
  package var failures: [Failure] = []
  /// Time was over, or ten connections made, before all was tried.
  package var isCut = false

  /// A connection that failed after the first.
  package struct Failure: Hashable, Sendable {
    package let step: ProbeStep
    package let address: String
    package let error: ConnectionError.Code
    /// For people.
    package let message: String
  }

  package enum OtherOutcome: String, Sendable {
    /// It took the ticket that another address had given.
    case resumed
    case declined
    case failed
  }

  package struct OtherAddress: Hashable, Sendable {
    package let address: String
    package let outcome: OtherOutcome
  }
}

/// What one connection is made for.
package enum ProbeStep: String, Sendable {
  case first, resumption, ticketRequest, reuse, otherAddress, tls12, tls12Resumption, sessionID, sessionIDResumption
  case timing
}
