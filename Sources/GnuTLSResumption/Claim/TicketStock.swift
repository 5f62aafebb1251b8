internal import SessionTickets

/// The tickets of an identity that a store has shown, in the order in which they are to be offered.
struct TicketStock {
  /// How many a store keeps of an identity, unless told otherwise.
  static let bound = StoreBounds().recordsPerIdentity

  /// What isn't a ticket, or doesn't open, comes last: as the store has shown it.
  private(set) var order: [Candidate] = []
  /// How many tickets there are.
  private(set) var count = 0
  /// None came from the address now connected.
  private(set) var isElsewhere = false

  private struct Ticket {
    let candidate: Candidate
    let origin: [UInt8]
    let address: [UInt8]
    let isElsewhere: Bool
  }

  /// - Parameters:
  ///   - shown: The newest first.
  ///   - isFarm: Machines have keys of their own.
  ///   - isElsewhere: Whether an address is another than the one now connected: see ``ClientSetup/isElsewhere(_:)``.
  ///   - opening: Reads a record; nil if it doesn't open.
  init(
    _ shown: [Candidate], isFarm: Bool, isElsewhere isOther: ([UInt8]) -> Bool, opening: (Candidate) -> TicketContents?
  ) {
    var tickets: [Ticket] = []
    var others: [Candidate] = []
    for candidate in shown {
      guard candidate.record.header.kind == .ticket, var contents = opening(candidate) else {
        others.append(candidate)
        continue
      }
      contents.sessionData.wipe()
      tickets.append(
        Ticket(
          candidate: candidate, origin: contents.fullHandshake.id, address: contents.address,
          isElsewhere: isOther(contents.address)))
    }
    count = tickets.count
    let here = tickets.filter { !$0.isElsewhere }
    isElsewhere = here.isEmpty && !tickets.isEmpty
    append(isFarm ? Self.longestAgoFirst(here) : here)
    let elsewhere = tickets.filter { $0.isElsewhere }
    append(isFarm ? Self.crowdedFirst(elsewhere) : elsewhere)
    order += others
  }

  private mutating func append(_ tickets: [Ticket]) {
    for ticket in tickets { order.append(ticket.candidate) }
  }

  /// Those whose machine was met longest ago come first: if machines take turns, it is that one's. A machine is known by
  /// the full handshake that a ticket goes back to, and was met when its newest ticket came.
  private static func longestAgoFirst(_ tickets: [Ticket]) -> [Ticket] {
    var origins: [[UInt8]] = []
    for ticket in tickets where !origins.contains(ticket.origin) { origins.append(ticket.origin) }
    var result: [Ticket] = []
    for origin in origins.reversed() {
      for ticket in tickets where ticket.origin == origin { result.append(ticket) }
    }
    return result
  }

  /// Those of the address first that has most: an offer that is likely to be in vain shouldn't cost an address its last one.
  private static func crowdedFirst(_ tickets: [Ticket]) -> [Ticket] {
    let counts = tickets.map { ticket in tickets.count { $0.address == ticket.address } }
    var result: [Ticket] = []
    for count in stride(from: tickets.count, to: 0, by: -1) {
      for index in tickets.indices where counts[index] == count { result.append(tickets[index]) }
    }
    return result
  }
}
