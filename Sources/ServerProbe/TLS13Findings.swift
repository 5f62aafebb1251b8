package import GnuTLSResumption

/// TLS 1.3, at the first address that answered.
package struct TLS13Findings: Sendable {
  package enum TicketRequests: String, Sendable {
    /// As many came as were asked for.
    case honoured
    /// The server said how many it would send instead, and did.
    case limited
    /// The server said a number, and sent another.
    case untrue
    case ignored

    package init(wanted: Int, announced: Int?, came: Int) {
      self =
        if let announced, announced != came {
          .untrue
        } else if came == wanted {
          .honoured
        } else {
          announced == nil ? .ignored : .limited
        }
    }
  }

  package enum Reuse: String, Sendable {
    case accepted, declined
  }

  package let cipherSuite: String
  package let group: String?
  /// By their numbers (IANA, TLS Supported Groups).
  package let announcedGroups: [UInt16]
  package let hasHelloRetryRequest: Bool
  package let ticketsPerFull: Int
  package var ticketsPerResumed: Int?
  /// Of all connections.
  package var tickets: [ProbedConnection.Ticket]
  package var requests: TicketRequests?
  package var reuse: Reuse?
  package var offers = Offers()

  /// What all tickets allow.
  package var earlyDataLimit: UInt32 { tickets.map(\.earlyDataLimit).min() ?? 0 }
  /// Seconds: the shortest and the longest.
  package var lifetimes: ClosedRange<UInt32>? { Self.range(tickets.map(\.lifetime)) }
  /// Bytes.
  package var sizes: ClosedRange<Int>? { Self.range(tickets.map(\.size)) }
  /// Since the handshake's end, in milliseconds; nil if none came by itself.
  package var delays: Spread? { Spread(tickets.compactMap(\.milliseconds)) }
  /// All came only with the server's next message, which was its goodbye.
  package var areHeldBack: Bool { !tickets.isEmpty && delays == nil }

  private static func range<Value: Comparable>(_ values: [Value]) -> ClosedRange<Value>? {
    guard let least = values.min(), let most = values.max() else { return nil }
    return least...most
  }

  init(_ first: ProbedConnection) {
    cipherSuite = first.cipherSuite
    group = first.group
    announcedGroups = first.announcedGroups
    hasHelloRetryRequest = first.hasHelloRetryRequest
    ticketsPerFull = first.ticketCount
    tickets = first.announcedTickets
  }
}
