internal import SessionTickets

/// What early data have a say in: which ticket is claimed, what is sealed with those that come, and the connection's first
/// flight.
///
/// Functions, so that nothing of an ``EarlyDataPlan`` comes along where nobody makes one, as in what is preloaded.
struct EarlyDataRules {
  /// Asked of a record that is fit, before it is claimed. False leaves it alone.
  let mayClaim: (ClaimableTicket, ClientSetup) -> Bool
  /// The id of the marks that are there now, to be sealed with a ticket that allows early data; empty if there is none.
  let marksID: () -> [UInt8]
  /// Why none may be sent with the ticket that was asked for last; nil if they may.
  let reason: () -> EarlyDataReason?
  /// The ticket that was marked last.
  let ticket: () -> Digest?
}

/// A record that has been judged fit, and is about to be claimed.
struct ClaimableTicket {
  let contents: TicketContents
  let isTicket: Bool
  let isShared: Bool
}
