internal import SessionTickets

/// What the search for a ticket has met, from which the reason of a full handshake is told.
struct Findings {
  var storeError: StoreError?
  /// A ticket, or any, was held back, as offering it could have broken the connection.
  var isWithheld = false
  var damaged = 0
  /// Records whose peer isn't trusted now, or can't be verified.
  var untrusted = 0
  var expired = 0
  var hasOtherIdentities = false

  /// The first that applies.
  var reason: FullHandshakeReason {
    if storeError != nil { return .storeUnavailable }
    if isWithheld { return .withheld }
    if damaged > 0 { return .damaged }
    if untrusted > 0 { return .trustChanged }
    if expired > 0 { return .expired }
    if hasOtherIdentities { return .policyChanged }
    return .noTicket
  }

  mutating func add(_ miss: Miss) {
    damaged = damaged.addingClamped(miss.damaged)
    expired = expired.addingClamped(miss.expired)
    hasOtherIdentities = hasOtherIdentities || miss.otherIdentities
  }
}
